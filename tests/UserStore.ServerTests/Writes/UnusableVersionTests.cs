using System.Globalization;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb;
using UserStore.Testing;

namespace UserStore.ServerTests.Writes;

/// <summary>Users on which another program stored something else than a number as the version can be changed and deleted.</summary>
public sealed class UnusableVersionTests : ServerTest
{
    private static readonly Dictionary<string, AttributeValue> Versions = new()
    {
        ["text"] = new("7"),
        ["fraction"] = new() { N = "7.5" },
        ["null"] = new() { NULL = true },
        ["list"] = new() { L = [new("7")] },
    };

    private static readonly Dictionary<string, Func<IUserStore<User>, User, Task>> Changes = new()
    {
        ["patch"] = (store, user) => store.UpdateAsync(user.UserId, new UserPatch<User>().Set(each => each.Age, 99)),
        ["increment"] = (store, user) => store.UpdateAsync(user.UserId, new UserPatch<User>().Increment(each => each.Age, 99)),
        ["patch of the email"] = (store, user) => store.UpdateAsync(
            user.UserId, new UserPatch<User>().Set(each => each.Age, 99).Set(each => each.Email, "changed@example.test")),
        ["save"] = (store, user) => store.UpdateAsync(user with { Age = 99 }),
        ["save of another email"] = (store, user) => store.UpdateAsync(user with { Age = 99, Email = "changed@example.test" }),
    };

    public static TheoryData<string, string, bool> ChangesByVersion => Of(Changes.Keys);

    public static TheoryData<string, string, bool> DeletesByVersion => Of(["delete of an id", "delete of a user", "batch delete"]);

    [Theory]
    [MemberData(nameof(ChangesByVersion))]
    public async Task A_change_is_applied_and_stores_a_number(string change, string version, bool isOurs)
    {
        DynamoDbUserStore<User> store = await StoreAsync(version, isOurs);

        await Changes[change](store, await store.GetAsync("fake-1", ReadConsistency.Strong));

        Dictionary<string, AttributeValue> item = (await ScanAsync(Table)).Single();
        item["age"].N.Should().Be("99");
        if (version != "fraction") // a patch increments it, and the save below replaces it
            long.Parse(item["version"].N, CultureInfo.InvariantCulture).Should().BePositive();
        User user = await store.UpdateAsync(await store.GetAsync("fake-1", ReadConsistency.Strong) with { Name = "Fake Other" });
        (await store.UpdateAsync("fake-1", new UserPatch<User>().ExpectVersion(user.Version!.Value).Set(each => each.Age, 1))).Version
            .Should().Be(user.Version + 1);
    }

    [Theory]
    [InlineData("patch of the email", "1.5")]
    [InlineData("save", "1.5")]
    [InlineData("save of another email", "1.5")]
    [InlineData("save", "9223372036854775808")]
    [InlineData("patch of the email", "9223372036854775808")]
    public async Task A_number_that_is_no_whole_number_in_range_is_replaced(string change, string version)
    {
        DynamoDbUserStore<User> store = await StoreAsync(new AttributeValue { N = version }, isOurs: true);

        await Changes[change](store, await store.GetAsync("fake-1", ReadConsistency.Strong));

        User user = await store.GetAsync("fake-1", ReadConsistency.Strong);
        (user.Age, user.Version).Should().Be((99, 1));
        (await store.UpdateAsync(user with { Age = 100 })).Version.Should().Be(2);
    }

    [Fact]
    public async Task A_user_whose_version_is_a_fraction_can_be_patched_and_deleted()
    {
        DynamoDbUserStore<User> store = await StoreAsync(new AttributeValue { N = "1.5" }, isOurs: true);

        User patched = await store.UpdateAsync("fake-1", new UserPatch<User>().Set(user => user.Age, 99));
        await store.DeleteUnchangedAsync(patched);

        (patched.Age, patched.Version).Should().Be((99, null));
        (await ScanAsync(Table)).Should().BeEmpty();
    }

    [Theory]
    [MemberData(nameof(DeletesByVersion))]
    public async Task A_delete_is_applied(string delete, string version, bool isOurs)
    {
        DynamoDbUserStore<User> store = await StoreAsync(version, isOurs);

        if (delete == "delete of an id")
            (await store.DeleteAsync("fake-1"))!.UserId.Should().Be("fake-1");
        else if (delete == "delete of a user")
            await store.DeleteUnchangedAsync(await store.GetAsync("fake-1", ReadConsistency.Strong));
        else
            (await Stores.WriterOf(store).DeleteAsync(["fake-1"])).Written.Should().Be(1);

        (await ScanAsync(Table)).Should().BeEmpty();
        (await ScanAsync(ReservationsTable)).Should().BeEmpty();
    }

    private Task<DynamoDbUserStore<User>> StoreAsync(string version, bool isOurs) => StoreAsync(Versions[version], isOurs);

    private async Task<DynamoDbUserStore<User>> StoreAsync(AttributeValue version, bool isOurs)
    {
        DynamoDbUserStore<User> store = await CreateStoreAsync();
        if (isOurs)
            await store.CreateAsync(FakeUsers.Create(1) with { Age = null });
        else
            await Client.PutItemAsync(Table, new() { ["user_id"] = new("fake-1"), ["name"] = new("Fake") });
        await Client.UpdateItemAsync(Table, new() { ["user_id"] = new("fake-1") }, new()
        {
            ["version"] = new AttributeValueUpdate(version, "PUT"),
        });
        return store;
    }

    private static TheoryData<string, string, bool> Of(IEnumerable<string> writes)
    {
        var data = new TheoryData<string, string, bool>();
        foreach (string write in writes)
        {
            foreach (string version in Versions.Keys)
            {
                data.Add(write, version, true);
                data.Add(write, version, false);
            }
        }

        return data;
    }
}
