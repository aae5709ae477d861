using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Items;
using UserStore.Modeling;
using UserStore.Replication;
using UserStore.TestKit.UserTypes;

namespace UserStore.ServerTests.Replication;

/// <summary>Replication of users with keys of every kind, from a table that other items share.</summary>
public abstract class TypedReplicationTests<TUser>(UserKind<TUser> kind) : TypedReplicationTest<TUser>(kind)
    where TUser : class
{
    [Fact]
    public async Task Changes_are_replicated_once_under_the_key_of_the_user()
    {
        await CreateManyAsync(4);
        await PutOtherKindAsync(likeNumber: 1, number: 50);
        UserChange<TUser>[] first = await ReplicateAsync();
        await RenameAsync(1, "New");
        await Store.DeleteAsync(Key(2));
        await RenameAsync(3, "Fake 1");
        await PutOtherKindAsync(likeNumber: 3, number: 50);

        UserChange<TUser>[] second = await ReplicateAsync();
        foreach (UserChange<TUser> late in first.Concat(second).Reverse())
            await Replicator.HandleAsync(late);

        (first.Length, second.Length).Should().Be((4, 3));
        await ShouldEqualSourceAsync();
        (await ScanAsync(Guards)).Select(guard => KeyModel.FromText(guard["user_id"].S)).Should().BeEquivalentTo(
            Enumerable.Range(1, 4).Select(number => (UserKey?)Key(number)));
    }

    [Fact]
    public async Task A_target_is_rebuilt_and_repaired_by_the_keys_of_users()
    {
        await CreateManyAsync(4);
        await PutOtherKindAsync(likeNumber: 1, number: 50);
        await NewRecordsAsync(); // lost

        (await Replicator.CompareAsync().ReadAllAsync()).SelectMany(page => page.Drifts).Select(drift => (drift.Key, drift.Kind)).Should()
            .BeEquivalentTo(Enumerable.Range(1, 4).Select(number => ((UserKey?)Key(number), UserReplicationDriftKind.Missing)));
        await Replicator.RebuildAsync().ReadAllAsync();
        await ShouldEqualSourceAsync();

        await RenameAsync(1, "New");
        await Store.DeleteAsync(Key(2));
        foreach (int number in new[] { 1, 2, 3, 50 })
        {
            UserReplicationDrift? drift = await Replicator.RebuildUserAsync(Key(number));
            drift?.Key.Should().Be(Key(number));
            (drift is not null).Should().Be(number < 3);
        }

        await ShouldEqualSourceAsync();
        await ReplicateAsync();
        await ShouldEqualSourceAsync();
    }

    private Task RenameAsync(int number, string name) => Store.UpdateAsync(Key(number), new UserPatch<TUser>().Set(Kind.Name, name));
}

public sealed class AccountReplicationTests() : TypedReplicationTests<Account>(UserKinds.Account);

public sealed class MemberReplicationTests() : TypedReplicationTests<Member>(UserKinds.Member)
{
    [Fact]
    public async Task An_item_that_becomes_or_ceases_to_be_a_user_is_inserted_or_removed()
    {
        await CreateManyAsync(2);
        await ReplicateAsync();

        await SetKindAsync(1, "group");
        UserChange<Member> removal = (await ReplicateAsync()).Single();
        (await ScanAsync(Target)).Should().ContainSingle().Which["name"].S.Should().Be("Fake 2");
        await SetKindAsync(1, "guest");
        (await NewRecordsAsync()).Should().OnlyContain(record => record.Change == null && record.Problem == null);
        await SetKindAsync(1, Member.Kind);
        UserChange<Member> insertion = (await ReplicateAsync()).Single();

        (removal.Kind, removal.Key, removal.NewUser).Should().Be((UserChangeKind.Removed, Key(1), null));
        (insertion.Kind, insertion.Key, insertion.OldUser).Should().Be((UserChangeKind.Inserted, Key(1), null));
        await ShouldEqualSourceAsync();
        await SetKindAsync(1, "group");
        await NewRecordsAsync(); // lost
        (await Replicator.RebuildAsync().ReadAllAsync()).SelectMany(page => page.Drifts).Should().NotBeEmpty().And.OnlyContain(drift => drift.Key == Key(1));
        await ShouldEqualSourceAsync();
    }

    private Task SetKindAsync(int number, string value) => Server.Client.UpdateItemAsync(new UpdateItemRequest
    {
        TableName = UsersTable,
        Key = KeyModel.ToItem(Key(number)),
        UpdateExpression = "SET kind = :kind",
        ExpressionAttributeValues = new() { [":kind"] = new(value) },
    });
}

public sealed class VisitorReplicationTests() : TypedReplicationTests<Visitor>(UserKinds.Visitor);
