using System.Linq.Expressions;
using UserStore.DynamoDb;

namespace UserStore.ServerTests.ExistingTables;

/// <summary>A table with a key of two parts, of a program that copies the items of another table to it.</summary>
public sealed class CopiedResidentTableTests : InterleavedTest<CopiedResident, CopiedResidentProgram>
{
    [Fact]
    public async Task Copies_of_users_of_another_store_have_its_write_ids_and_no_version()
    {
        UserStoreOptions options = Stores.NewOptions();
        DynamoDbUserStore<Resident> source = await Stores.CreateAsync<Resident>(options);
        Resident resident = await source.CreateAsync(new("fake.1@example.test", "Ohio", "Faketown 1", 45201));
        await CopyAsync();
        CopiedResident copy = await GetAsync(1);
        await source.UpdateAsync(resident with { IsActive = false });
        await CopyAsync();

        await ShouldThrowAsync<UserConflictException>(() => Store.UpdateAsync(WithName(copy, "A")));
        CopiedResident next = await GetAsync(1);
        CopiedResident saved = await Store.UpdateAsync(WithName(next, "B"));

        (copy.Version, copy.IsActive, next.Version, next.IsActive, saved.Version).Should().Be((null, true, null, false, 1));
        await Store.UpdateAsync(Key(1), Rename("C"));
        await CopyAsync();
        await ShouldThrowAsync<UserConflictException>(() => Store.UpdateAsync(WithName(saved, "D")));
        await ShouldAgreeAsync(1, "fake.1@example.test");

        async Task CopyAsync() => await Program.CopyAsync((await ScanAsync(options.TableNamePrefix + "Users")).Single());
    }

    [Fact]
    public async Task Users_of_one_state_are_listed_by_city()
    {
        await Store.CreateAsync(new CopiedResident { State = "Ohio", City = "Akron" });
        await Store.CreateAsync(new CopiedResident { State = "Utah", City = "Akron" });

        List<CopiedResident> ofOhio = await Store.QueryAsync(UserQuery<CopiedResident>.OfPartition("Ohio") with { Limit = 2 }).ReadAllAsync();

        ofOhio.Select(user => user.City).Should().Equal("Akron", "Faketown 1");
    }

    protected override CopiedResidentProgram Program => field ??= new(Server.Client, Table);

    protected override Expression<Func<CopiedResident, string?>> Name => user => user.Email;

    protected override IReadOnlyList<UserQuery<CopiedResident>> Queries =>
    [
        UserQuery<CopiedResident>.OfPartition("Ohio"),
        UserQuery<CopiedResident>.OfPartition("Ohio") with { SortKey = SortKeyCondition.StartsWith("Faketown") },
    ];

    protected override void Describe(UserStoreOptions options)
    {
        options.UsersTable = "Users";
        options.Describe<CopiedResident>(type => type
            .PartitionKey(user => user.State)
            .SortKey(user => user.City)
            .Version(user => user.Version)
            .Revision(user => user.Revision));
    }

    protected override CopiedResident NewUser(int number, string name = "Fake")
        => new() { State = "Ohio", City = $"Faketown {number}", Email = name, IsActive = true };

    protected override CopiedResident WithName(CopiedResident user, string name) => new()
    {
        State = user.State,
        City = user.City,
        Email = name,
        IsActive = user.IsActive,
        Version = user.Version,
        Revision = user.Revision,
    };

    protected override UserKey Key(int number) => UserKey.Of("Ohio", $"Faketown {number}");

    protected override IReadOnlyDictionary<string, object> Known(CopiedResident user) => new Dictionary<string, object>
    {
        ["state"] = user.State,
        ["city"] = user.City,
        ["email"] = user.Email!,
        ["active"] = user.IsActive,
    };
}
