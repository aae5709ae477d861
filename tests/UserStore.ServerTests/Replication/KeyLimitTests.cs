using UserStore.DynamoDb.Items;
using UserStore.Migrations;
using UserStore.TestKit.UserTypes;

namespace UserStore.ServerTests.Replication;

/// <summary>Keys at the limits of DynamoDB, and keys whose parts look like those of others: none collide in reservations, guards, items of a
/// target, or poison items.</summary>
public sealed class MemberKeyLimitTests() : TypedReplicationTest<Member>(UserKinds.Member)
{
    private const int MaxPartition = 2048, MaxSort = 1024;

    public static TheoryData<int, int, string> Lengths => new()
    {
        { MaxPartition, 1, "p" }, { 1, MaxSort, "s" }, { MaxPartition, MaxSort, "b" }, { MaxPartition / 4, MaxSort / 4, "\U0001F600" },
    };

    [Theory]
    [MemberData(nameof(Lengths))]
    public async Task A_key_as_long_as_DynamoDB_allows_is_written_audited_and_replicated(int partition, int sort, string character)
    {
        UserKey key = UserKey.Of(Repeat(character, partition), Repeat(character, sort));
        Member member = Member(key, 1);

        await Store.CreateAsync(member);
        await Store.UpdateAsync(key, new UserPatch<Member>().Set(user => user.UserName, "changed"));
        (await Store.FindByAsync(user => user.UserName, "changed", ReadConsistency.Strong, within: key.PartitionKey))!.Id.Should().Be(member.Id);
        (await Store.QueryAsync(UserQuery<Member>.OfPartition(key.PartitionKey)).ReadAllAsync()).Should().ContainSingle();
        (await FindingsAsync()).Should().BeEmpty();
        await ReplicateAsync();
        await ShouldEqualSourceAsync();
        await Store.DeleteAsync(key);
        await ReplicateAsync();

        (await ScanAsync(Reservations)).Should().BeEmpty();
        await ShouldEqualSourceAsync();
        await Store.CreateAsync(member);
        await Server.Client.DeleteItemAsync(Guards, new() { ["user_id"] = (await ScanAsync(Guards)).Single()["user_id"] });
        (await Replicator.RebuildAsync().ReadAllAsync()).SelectMany(page => page.Drifts).Should().NotBeEmpty().And.OnlyContain(drift => drift.Key == key);
        await ShouldEqualSourceAsync();
        await Server.Client.DeleteItemAsync(UsersTable, KeyModel.ToItem(key));
        (await FindingsAsync(repair: true)).Should().HaveCount(2).And.OnlyContain(finding => finding.Key == key && finding.IsRepaired);
        (await ScanAsync(Reservations)).Should().BeEmpty();
    }

    [Theory]
    [InlineData(MaxPartition + 1, 1, "Tenant")]
    [InlineData(1, MaxSort + 1, "Id")]
    [InlineData(0, 1, "Tenant")]
    [InlineData(1, 0, "Id")]
    public async Task A_longer_or_empty_part_is_refused_before_a_request_is_sent(int partition, int sort, string field)
    {
        UserKey key = UserKey.Of(Repeat("k", partition), Repeat("k", sort));
        IUserBatchWriter<Member> writer = Stores.WriterOf(Store);
        Sent();

        Func<Task>[] calls =
        [
            () => Store.CreateAsync(Member(key, 1)),
            () => Store.FindAsync(key),
            () => Store.FindManyAsync([key]).ReadAllAsync(),
            () => Store.UpdateAsync(key, new UserPatch<Member>().Set(user => user.Name, "New")),
            () => Store.DeleteAsync(key),
            () => Replicator.RebuildUserAsync(key),
        ];
        foreach (Func<Task> call in calls)
            (await call.Should().ThrowAsync<InvalidUserException>()).Which.Violations.Should().ContainSingle().Which.Field.Should().Be(field);
        (await writer.CreateAsync([Member(key, 1)])).Failures.Single().Error.Should().BeOfType<InvalidUserException>();
        (await writer.DeleteAsync([key])).Failures.Single().Error.Should().BeOfType<InvalidUserException>();

        Sent().Should().BeEmpty();
    }

    [Fact]
    public async Task Keys_whose_parts_contain_separators_do_not_collide()
    {
        string[] parts = ["a", "a/b", "b/a", "/", "a#b", "1:a", "1:a1:", "2:a/", "a\0", "\0", "\0a", "\U0001F600", "\U0001F600/a", "sha256:0", "0", "N0", "S0"];
        UserKey[] keys = [.. from one in parts from other in parts select UserKey.Of(one, other)];
        UserKey[] created = [.. keys.Where((key, i) => i % 3 == 0 || key.ToString() is "a/a/b" or "a/b/a")];
        await Task.WhenAll(created.Select((key, i) => Store.CreateAsync(Member(key, i) with { UserName = key.SortKey.ToString() })));

        (await Store.FindManyAsync(created).ReadAllAsync()).Select(found => (found.Key, UserKey.Of(found.User!.Tenant, found.User.Id)))
            .Should().Equal(created.Select(key => (key, key)));
        (await FindingsAsync()).Should().BeEmpty();
        (await ScanAsync(Reservations)).Should().HaveCount(2 * created.Length).And.OnlyHaveUniqueItems(item => item["reservation"].S);
        await ReplicateAsync();
        await ShouldEqualSourceAsync();
        (await ScanAsync(Guards)).Select(guard => KeyModel.FromText(guard["user_id"].S)).Should().BeEquivalentTo(created.Select(key => (UserKey?)key));
        IReadOnlyList<PoisonItem> poison = await MigrateAsync("1_fail", migrations => migrations.Add("1_fail", (context, token) => context.BackfillAsync(
            new Backfill
            {
                Name = "fail",
                TableName = context.UsersTable,
                Transform = (_, _) => throw new FormatException(),
                Options = new BackfillOptions { MaxPoisonItems = 1000 },
            },
            token)));
        poison.Select(item => KeyModel.FindIn(new(item.Key))).Should().BeEquivalentTo(created.Select(key => (UserKey?)key));
        (await Stores.WriterOf(Store).DeleteAsync(created)).Written.Should().Be(created.Length);
        (await ScanAsync(UsersTable)).Should().BeEmpty();
    }

    private static Member Member(UserKey key, int number)
        => UserKinds.Member.New(number) with { Tenant = key.PartitionKey.ToString(), Id = key.SortKey.ToString()! };

    private static string Repeat(string text, int count) => string.Concat(Enumerable.Repeat(text, count));
}

/// <summary>Numbers at the limits of their type as keys.</summary>
public sealed class VisitorKeyLimitTests() : TypedReplicationTest<Visitor>(UserKinds.Visitor)
{
    [Fact]
    public async Task The_lowest_and_the_highest_number_are_written_audited_and_replicated()
    {
        UserKey[] keys = [UserKey.Of(long.MinValue), UserKey.Of(long.MaxValue), UserKey.Of(0), UserKey.Of(-1)];
        foreach (UserKey key in keys)
            await Store.CreateAsync(new Visitor(long.Parse(key.ToString(), null), $"Fake {key}") { Badge = $"badge {key}" });

        (await Store.FindManyAsync(keys).ReadAllAsync()).Select(found => UserKey.Of(found.User!.Number)).Should().Equal(keys);
        (await Store.FindByAsync(user => user.Badge, $"badge {long.MinValue}", ReadConsistency.Strong))!.Number.Should().Be(long.MinValue);
        (await Store.ListAsync(new UserListOptions { PageSize = 1 }).ReadAllAsync()).Should().HaveCount(keys.Length);
        await ReplicateAsync();
        await ShouldEqualSourceAsync();
        (await ScanAsync(Guards)).Select(guard => guard["user_id"].S).Should().BeEquivalentTo(keys.Select(key => key.ToString()));
        (await Stores.WriterOf(Store).DeleteAsync(keys)).Written.Should().Be(keys.Length);
        (await FindingsAsync()).Should().BeEmpty();
    }
}
