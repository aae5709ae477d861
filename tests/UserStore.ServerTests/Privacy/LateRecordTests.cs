using UserStore.Privacy;
using UserStore.Replication;

namespace UserStore.ServerTests.Privacy;

/// <summary>Records of a stream that arrive after the erasure of their user.</summary>
public sealed class LateRecordTests : PrivacyTest
{
    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task Late_records_in_any_order_leave_neither_view_nor_guard(bool wasReplicated, bool isRestored)
    {
        Person other = await CreateReplicatedAsync(NewPerson("other"));
        List<string> others = await OthersAsync();
        int number = 0;
        foreach (int[] order in Permutations([0, 1, 2, 3]))
        {
            string id = $"gone-{++number}";
            Person created = wasReplicated ? await CreateReplicatedAsync(NewPerson(id)) : await Users.CreateAsync(NewPerson(id));
            Person changed = created with { Name = $"New {id}", Email = $"new.{id}@example.test" };
            UserChange<Person>[] late =
            [
                Inserted(created, 1), Modified(created, changed, 2), Removed(changed, 3), Modified(created, created with { Name = $"Third {id}" }, 4),
            ];
            var stored = (await ScanAsync(Table)).Single(item => item["user_id"].S == id);
            UserErasureReceipt receipt = await Privacy.EraseAsync(id);
            if (isRestored)
                await Server.Client.PutItemAsync(Table, stored);

            foreach (int record in order.Concat(order.Reverse()))
                await HandleAsync(late[record]);

            (await FindAsync(id, ViewTables)).Should().BeEmpty();
            if (isRestored)
                await OtherPrivacy.EraseRemnantsAsync().ReadAllAsync();
            await ShouldBeErasedAsync(receipt, others);
        }

        number.Should().Be(24);
        (await Users.GetAsync("other", ReadConsistency.Strong)).Should().BeEquivalentTo(other);
    }

    [Fact]
    public async Task A_user_takes_the_place_of_an_erased_one_in_a_view_whichever_record_comes_first()
    {
        foreach (bool isLateRecordFirst in new[] { true, false })
        {
            string order = isLateRecordFirst ? "late" : "next", id = $"gone-{order}", email = $"shared-{order}@example.test";
            Person gone = await CreateReplicatedAsync(NewPerson(id) with { Email = email });
            await Privacy.EraseAsync(id);
            Person heir = await Users.CreateAsync(NewPerson($"heir-{order}") with { Email = email });

            UserChange<Person> late = Modified(gone, gone with { Name = $"Late {id}" }, 5), next = Inserted(heir, 6);
            await HandleAsync(isLateRecordFirst ? [late, next, late] : [next, late, next]);

            (await ScanAsync(EmailViews)).Single(view => view["email"].S == email)["source_user_id"].S.Should().Be(heir.UserId);
        }

        (await FindAsync(Trace)).Should().BeEmpty();
    }

    [Fact]
    public async Task The_place_that_a_restored_and_erased_user_holds_in_a_view_goes_to_the_user_who_needs_it()
    {
        Person gone = await CreateReplicatedAsync(NewPerson("gone-1") with { Email = "shared@example.test" });
        Dictionary<string, List<Dictionary<string, Amazon.DynamoDBv2.Model.AttributeValue>>> backup = [];
        foreach (string table in ViewTables)
            backup[table] = await ScanAsync(table);
        UserErasureReceipt receipt = await Privacy.EraseAsync("gone-1");
        foreach ((string table, var items) in backup)
        {
            foreach (var item in items)
                await Server.Client.PutItemAsync(table, item);
        }

        Person heir = await CreateReplicatedAsync(NewPerson("heir") with { Email = gone.Email });

        (await ScanAsync(EmailViews)).Should().ContainSingle().Which["source_user_id"].S.Should().Be("heir");
        (await FindAsync(Trace, EmailViews, EmailViews + "Guards")).Should().BeEmpty("the user is written together with the one who makes room");
        await HandleAsync(Removed(gone, 7));
        await ShouldBeErasedAsync(receipt, await OthersAsync());
        (await Users.FindByEmailAsync(gone.Email!, ReadConsistency.Strong)).Should().BeEquivalentTo(heir);
    }

    private static IEnumerable<int[]> Permutations(int[] items) => items.Length == 0
        ? [[]]
        : items.SelectMany(first => Permutations([.. items.Where(item => item != first)]).Select(rest => (int[])[first, .. rest]));
}
