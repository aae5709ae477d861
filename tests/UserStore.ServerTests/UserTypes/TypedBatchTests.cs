using UserStore.Testing;
using UserStore.TestKit.UserTypes;

namespace UserStore.ServerTests.UserTypes;

/// <summary>Batches of users with keys of every kind: users are the same if their keys are.</summary>
public abstract class TypedBatchTests<TUser>(UserKind<TUser> kind) : TypedServerTest<TUser>(kind)
    where TUser : class
{
    [Fact]
    public async Task A_key_that_occurs_twice_is_written_once_and_named()
    {
        TUser[] users = [Kind.New(1), Kind.New(2), Kind.WithName(Kind.WithUnique(Kind.New(1), Kind.UniqueValue(9)), "Last")];
        IUserBatchWriter<TUser> writer = Stores.WriterOf(Store);

        BatchWriteResult<TUser> rejecting = await writer.CreateAsync(users);
        (await Store.DeleteAsync(Key(1))).Should().NotBeNull();
        (await Store.DeleteAsync(Key(2))).Should().NotBeNull();
        BatchWriteResult<TUser> superseding = await writer.CreateAsync(users, new BatchWriteOptions<TUser> { Duplicates = BatchDuplicates.LastWins });

        (rejecting.Written, rejecting.Rejected).Should().Be((2, 1));
        rejecting.Failures.Single().Should().BeEquivalentTo(new { Key = (UserKey?)Key(1), Reason = BatchItemFailureReason.Rejected });
        (superseding.Written, superseding.Superseded, superseding.Rejected).Should().Be((2, 1, 0));
        Kind.NameOf((await Store.FindAsync(Key(1), ReadConsistency.Strong))!).Should().Be("Last");
        (await FindingsAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task Each_of_many_users_is_written_once_despite_faults_and_items_of_other_kinds_are_kept()
    {
        await CreateAsync(1);
        Dictionary<string, Amazon.DynamoDBv2.Model.AttributeValue>? other = await PutOtherKindAsync(likeNumber: 1, number: 50);
        IUserBatchWriter<TUser> writer = Stores.WriterOf(Store);
        Wire.Randomly(seed: 5, share: 0.2, WireFault.Throttle, WireFault.Reset, WireFault.TransactionConflict);

        BatchWriteResult<TUser> created = await writer.CreateAsync(Enumerable.Range(1, 60).Select(Kind.New));
        BatchWriteResult<UserKey> deleted = await writer.DeleteAsync(Enumerable.Range(40, 30).Select(Key));

        Wire.Clear();
        UserKey?[] existed = other is null ? [Key(1)] : [Key(1), Key(50)];
        created.Failures.Select(failure => failure.Key).Should().BeEquivalentTo(existed);
        (created.Written, deleted.Written, deleted.NotFound).Should().Be(other is null ? (59, 21, 9) : (58, 20, 10));
        (await Store.ListAsync().ReadAllAsync()).Select(Kind.KeyOf).Should().BeEquivalentTo(Enumerable.Range(1, 39).Select(Key));
        if (other is not null)
            (await ReadAsync(Key(50))).Should().BeEquivalentTo(other);
        (await FindingsAsync()).Should().BeEmpty();
    }
}

public sealed class AccountBatchTests() : TypedBatchTests<Account>(UserKinds.Account);

public sealed class MemberBatchTests() : TypedBatchTests<Member>(UserKinds.Member);

public sealed class VisitorBatchTests() : TypedBatchTests<Visitor>(UserKinds.Visitor);
