using Amazon.DynamoDBv2.Model;
using Microsoft.Extensions.DependencyInjection;
using UserStore.Privacy;
using UserStore.Replication;

namespace UserStore.ServerTests.Privacy;

/// <summary>Tables that were restored from a backup, with users who were erased since.</summary>
public sealed class RestoreTests : PrivacyTest
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Users_that_a_backup_brought_back_are_found_and_erased(bool areViewsRestored)
    {
        for (int i = 0; i < 8; i++)
            await CreateReplicatedAsync(NewPerson(i % 2 == 0 ? $"gone-{i}" : $"kept-{i}"));
        await OtherPrivacy.RestrictAsync("gone-2");
        List<string> others = await OthersAsync();
        string[] tables = areViewsRestored ? [.. UserTables, .. ViewTables] : UserTables;
        Dictionary<string, List<Dictionary<string, AttributeValue>>> backup = [];
        foreach (string table in tables)
            backup[table] = await ScanAsync(table);
        List<UserErasureReceipt> receipts = [];
        foreach (int i in new[] { 0, 2, 4, 6 })
            receipts.Add(await Privacy.EraseAsync($"gone-{i}"));
        foreach ((string table, List<Dictionary<string, AttributeValue>> items) in backup)
            await Parallel.ForEachAsync(items, async (item, token) => await Server.Client.PutItemAsync(table, item, token));

        List<UserRemnant> remnants = await Privacy.VerifyErasedAsync(receipts).ReadAllAsync();

        remnants.Should().OnlyContain(remnant => !remnant.IsErased);
        remnants.Select(remnant => remnant.UserHash).Distinct().Should().BeEquivalentTo(receipts.Select(receipt => receipt.UserHash));
        remnants.CountBy(remnant => remnant.Kind).Should().BeEquivalentTo(new Dictionary<UserDataKind, int>
        {
            [UserDataKind.User] = 4,
            [UserDataKind.Reservation] = 4 * 5,
            [UserDataKind.View] = areViewsRestored ? 8 : 0,
            [UserDataKind.Guard] = areViewsRestored ? 8 : 0,
        }.Where(count => count.Value > 0));
        (await Privacy.VerifyErasedAsync(receipts[..1]).ReadAllAsync()).Should().HaveCount(remnants.Count / 4);
        Func<Task> create = () => Users.CreateAsync(NewPerson("gone-0") with { Email = "new@example.test", Logins = [] });
        await create.Should().ThrowAsync<UserStoreException>();
        await RebuildAsync();
        (await FindAsync(Trace, ViewTables)).Should().BeEmpty("a rebuild removes views of erased users, and writes none");

        List<UserRemnant> erased = await Privacy.EraseRemnantsAsync().ReadAllAsync();

        erased.Should().OnlyContain(remnant => remnant.IsErased).And.HaveCount(4, "the user takes the reservations along");
        foreach (UserErasureReceipt receipt in receipts)
            await ShouldBeErasedAsync(receipt, others);
        (await Privacy.EraseRemnantsAsync().ReadAllAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task Reservations_and_views_without_their_user_are_found_and_erased()
    {
        await CreateReplicatedAsync(NewPerson("kept"));
        List<string> others = await OthersAsync();
        await CreateReplicatedAsync(NewPerson("gone-1"));
        Dictionary<string, List<Dictionary<string, AttributeValue>>> backup = [];
        foreach (string table in AllTables.Except([Table, TombstonesTable]))
            backup[table] = await ScanAsync(table);
        UserErasureReceipt receipt = await Privacy.EraseAsync("gone-1");
        foreach ((string table, List<Dictionary<string, AttributeValue>> items) in backup)
            await Parallel.ForEachAsync(items, async (item, token) => await Server.Client.PutItemAsync(table, item, token));
        await PutPoisonAsync("gone-1", 1);

        List<UserRemnant> erased = await Privacy.EraseRemnantsAsync().ReadAllAsync();

        erased.Should().OnlyContain(remnant => remnant.IsErased && remnant.UserHash == receipt.UserHash);
        erased.CountBy(remnant => remnant.Kind).Should().BeEquivalentTo(new Dictionary<UserDataKind, int>
        {
            [UserDataKind.Reservation] = 5,
            [UserDataKind.View] = 2,
            [UserDataKind.Guard] = 2,
            [UserDataKind.MigrationEntry] = 1,
        });
        await ShouldBeErasedAsync(receipt, others);
    }

    [Fact]
    public async Task Remnants_name_the_item_and_not_the_user()
    {
        Person gone = await CreateReplicatedAsync(NewPerson("gone-1"));
        UserErasureReceipt receipt = await Privacy.EraseAsync("gone-1");
        await Server.Client.PutItemAsync(Table, new() { ["user_id"] = new("gone-1"), ["email"] = new(gone.Email) });

        UserRemnant remnant = (await Privacy.VerifyErasedAsync([receipt]).ReadAllAsync()).Should().ContainSingle().Which;

        remnant.ItemKey.Should().Be("""{"user_id":{"S":"gone-1"}}""");
        $"{remnant} {receipt}".Should().NotContain("gone").And.Contain(receipt.UserHash);
        (await FindAsync("", TombstonesTable)).Should().ContainSingle().Which.Should().NotContain("gone").And.Contain(receipt.UserHash);
    }

    private async Task RebuildAsync()
    {
        await Services.GetRequiredService<UserReplicator<Person, PersonByEmail>>().RebuildAsync().ReadAllAsync();
        await Services.GetRequiredService<UserReplicator<Person, PersonByName>>().RebuildAsync().ReadAllAsync();
    }
}
