using System.Collections.Concurrent;
using System.Globalization;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Items;
using UserStore.Migrations;
using UserStore.ServerTests.UserTypes;
using UserStore.TestKit.UserTypes;

namespace UserStore.ServerTests.Migrations;

/// <summary>Backfills of users with keys of every kind, in a table that other items share.</summary>
public abstract class TypedBackfillTests<TUser>(UserKind<TUser> kind) : TypedServerTest<TUser>(kind)
    where TUser : class
{
    private const string Id = "1_points";

    private readonly ConcurrentQueue<UserKey?> _seen = [];

    private Func<Task>? _whenFirstRead;

    private string Points => AttributeOf(Kind.Points);

    [Fact]
    public async Task Each_user_is_changed_once_and_items_of_other_kinds_are_neither_changed_nor_poison()
    {
        await CreateManyAsync(6);
        TUser before = (await Store.FindAsync(Key(1), ReadConsistency.Strong))!;
        Dictionary<string, AttributeValue>? other = await PutOtherKindAsync(likeNumber: 1, number: 50);

        (await BackfillAsync(item => AddPoints(item, 100))).Should().BeEmpty();
        (await BackfillAsync(item => AddPoints(item, 100), isRepaired: true)).Should().BeEmpty();

        (await Store.ListAsync().ReadAllAsync()).Select(Kind.PointsOf).Should().BeEquivalentTo(Enumerable.Range(101, 6));
        _seen.Should().BeEquivalentTo(Enumerable.Range(1, 6).Select(number => (UserKey?)Key(number)), "the mark shows what is done");
        if (other is not null)
            (await ReadAsync(Key(50))).Should().BeEquivalentTo(other);
        if (Kind.Version is not null)
            await Store.Invoking(store => store.UpdateAsync(Kind.WithName(before, "New"))).Should().ThrowAsync<UserConflictException>();
        (await FindingsAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_write_between_reading_and_changing_a_user_is_noticed_by_its_write_id()
    {
        await CreateAsync(1);
        _whenFirstRead = () => OtherStore().UpdateAsync(Key(1), new UserPatch<TUser>().Set(Kind.Name, "New"));

        await BackfillAsync(item => AddPoints(item, 100));

        TUser changed = (await Store.FindAsync(Key(1), ReadConsistency.Strong))!;
        (Kind.NameOf(changed), Kind.PointsOf(changed)).Should().Be(("New", 101));
        _seen.Should().HaveCount(2, "the transform did not read the name, but the user was written");
    }

    [Fact]
    public async Task An_interrupted_backfill_names_poison_items_by_their_keys_and_resumes()
    {
        await CreateManyAsync(9);
        await PutOtherKindAsync(likeNumber: 1, number: 50);
        Func<UserKey?, bool> isInterrupted = _ => _seen.Count >= 5, isPoison = key => key == Key(3) || key == Key(8);
        Func<Task<IReadOnlyList<PoisonItem>>> run = () => BackfillAsync(item =>
        {
            if (isInterrupted(_seen.Last()))
                throw new UserStoreUnavailableException("as the test asked");
            if (isPoison(KeyIn(item)))
                throw new FormatException();
            AddPoints(item, 100);
        });

        await run.Should().ThrowAsync<MigrationFailedException>();
        isInterrupted = _ => false;
        IReadOnlyList<PoisonItem> poison = await run();

        poison.Select(item => KeyModel.FindIn(new(item.Key))).Should().BeEquivalentTo(new UserKey?[] { Key(3), Key(8) });
        poison.Should().OnlyContain(item => item.Key.Count == KeyModel.Parts.Count && item.Error == "FormatException");
        (await Store.ListAsync().ReadAllAsync()).Select(Kind.PointsOf).Should().BeEquivalentTo([3, 8, 101, 102, 104, 105, 106, 107, 109]);
    }

    [Fact]
    public async Task Keys_and_reserved_values_cannot_be_changed()
    {
        await CreateAsync(1);
        string unique = AttributeOf(Kind.Unique);

        foreach (string attribute in KeyModel.Parts.Select(part => part.AttributeName).Append(unique))
        {
            Func<Task> run = () => BackfillAsync(item => item[attribute] = new AttributeValue("other"), maxPoisonItems: 0);

            MigrationFailedException failed = (await run.Should().ThrowAsync<MigrationFailedException>()).Which;
            failed.InnerException.Should().BeOfType<BackfillFailedException>()
                .Which.Poison.Should().ContainSingle().Which.Error.Should().Contain($"changes '{attribute}'");
        }
    }

    private UserKey? KeyIn(BackfillItem item)
        => KeyModel.FindIn(KeyModel.Parts.ToDictionary(part => part.AttributeName, part => item[part.AttributeName]));

    private void AddPoints(BackfillItem item, int points)
        => item[Points] = new AttributeValue { N = (int.Parse(item[Points].N, CultureInfo.InvariantCulture) + points).ToString(CultureInfo.InvariantCulture) };

    private Task<IReadOnlyList<PoisonItem>> BackfillAsync(Action<BackfillItem> change, bool isRepaired = false, int maxPoisonItems = 2)
        => MigrateAsync(Id, migrations => migrations.Add(Id, (context, token) => context.BackfillAsync(
            new Backfill
            {
                Name = "points",
                TableName = context.UsersTable,
                Mark = "points_added",
                Transform = async (item, _) =>
                {
                    _seen.Enqueue(KeyIn(item));
                    if (Interlocked.Exchange(ref _whenFirstRead, null) is { } whenFirstRead)
                        await whenFirstRead();
                    change(item);
                },
                Options = new BackfillOptions { TotalSegments = 2, PageSize = 2, MaxConcurrency = 1, MaxPoisonItems = maxPoisonItems },
            },
            token)), isRepaired);
}

public sealed class AccountBackfillTests() : TypedBackfillTests<Account>(UserKinds.Account);

public sealed class MemberBackfillTests() : TypedBackfillTests<Member>(UserKinds.Member);

public sealed class VisitorBackfillTests() : TypedBackfillTests<Visitor>(UserKinds.Visitor);
