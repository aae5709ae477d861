using System.Text.Json;
using Amazon.DynamoDBv2.DataModel;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb;

namespace UserStore.ServerTests;

/// <summary>What the code of a user type throws, and what it makes of stored values, has the same effect with both mappings.</summary>
public sealed class UserCodeTests : ServerTest
{
    public static TheoryData<UserMapping, string> FailuresOfSetters
    {
        get
        {
            var data = new TheoryData<UserMapping, string>();
            foreach (UserMapping mapping in Enum.GetValues<UserMapping>())
            {
                foreach (string failure in CheckedUser.Failures.Keys)
                    data.Add(mapping, failure);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(FailuresOfSetters))]
    public async Task A_value_that_a_setter_refuses_is_named_by_every_read(UserMapping mapping, string failure)
    {
        DynamoDbUserStore<CheckedUser> store = await StoreAsync(mapping);
        await PutAsync("a", ("Name", new AttributeValue("good")));
        await PutAsync("b", ("Name", new AttributeValue(failure)));
        Sent();

        Func<Task>[] reads =
        [
            () => store.FindAsync("b"),
            () => store.FindManyAsync(["a", "b"]).ReadAllAsync(),
            () => store.ListAsync().ReadAllAsync(),
        ];
        foreach (Func<Task> read in reads)
        {
            UserStoreSchemaException thrown = (await read.Should().ThrowAsync<UserStoreSchemaException>()).Which;
            (thrown.Key.ToString(), thrown.AttributeName, thrown.WasApplied).Should().Be(("b", "Name", false));
            Sent().Should().ContainSingle("the response was not lost");
        }

        Options.UnreadableUsers = UnreadableUsers.Report;
        UserPage<CheckedUser> page = await store.ListPageAsync();
        page.Users.Should().ContainSingle().Which.Id.Should().Be("a");
        page.Unreadable.Should().ContainSingle().Which.AttributeName.Should().Be("Name");
    }

    [Theory]
    [MemberData(nameof(FailuresOfSetters))]
    public async Task A_patch_of_a_user_with_such_a_value_says_that_it_was_applied(UserMapping mapping, string failure)
    {
        DynamoDbUserStore<CheckedUser> store = await StoreAsync(mapping);
        await PutAsync("b", ("Name", new AttributeValue(failure)));
        Sent();

        Func<Task> patch = () => store.UpdateAsync("b", new UserPatch<CheckedUser>().Set(user => user.City, "Faketown"));

        (await patch.Should().ThrowAsync<UserStoreSchemaException>()).Which.WasApplied.Should().BeTrue();
        Sent().Should().Equal("UpdateItem");
        (await ScanAsync(Table)).Single()["City"].S.Should().Be("Faketown");
    }

    [Theory]
    [InlineData(UserMapping.Context)]
    [InlineData(UserMapping.Generated)]
    public async Task Keys_and_expiry_are_those_of_the_item_not_what_setters_make_of_them(UserMapping mapping)
    {
        DynamoDbUserStore<CheckedUser> store = await StoreAsync(mapping);
        await PutAsync("ABC");
        await PutAsync("abc");
        await PutAsync("old", ("Expires", new AttributeValue { N = "0" }));

        List<UserLookup<CheckedUser>> found = await store.FindManyAsync(["ABC", "abc", "old"]).ReadAllAsync();

        found.Where(lookup => lookup.User is not null).Select(lookup => lookup.Key.ToString()).Should().BeEquivalentTo("ABC", "abc");
        (await store.FindAsync("ABC")).Should().NotBeNull();
        (await store.FindAsync("old")).Should().BeNull();
    }

    [Theory]
    [InlineData(UserMapping.Context)]
    [InlineData(UserMapping.Generated)]
    public async Task A_value_that_a_getter_refuses_is_refused_by_every_write(UserMapping mapping)
    {
        DynamoDbUserStore<CheckedUser> store = await StoreAsync(mapping);
        CheckedUser stored = await store.CreateAsync(new CheckedUser { Id = "a" });
        Sent();

        Func<Task>[] writes =
        [
            () => store.CreateAsync(new CheckedUser { Id = "b", Part = new CheckedPart { IsBroken = true } }),
            () => store.UpdateAsync(new CheckedUser { Id = "a", Version = stored.Version, Part = new CheckedPart { IsBroken = true } }),
            () => store.UpdateAsync("a", new UserPatch<CheckedUser>().Set(user => user.Part, new CheckedPart { IsBroken = true })),
        ];
        foreach (Func<Task> write in writes)
        {
            InvalidUserException thrown = (await write.Should().ThrowAsync<InvalidUserException>()).Which;
            thrown.ToString().Should().NotContain("secret");
        }

        Sent().Should().BeEmpty();
    }

    private async Task<DynamoDbUserStore<CheckedUser>> StoreAsync(UserMapping mapping)
    {
        (Options.Mapping, Options.UsersTable) = (mapping, "Users");
        return await Stores.CreateAsync<CheckedUser>(Options);
    }

    private Task PutAsync(string id, params (string Name, AttributeValue Value)[] attributes)
    {
        var item = new Dictionary<string, AttributeValue> { ["Id"] = new(id) };
        foreach ((string name, AttributeValue value) in attributes)
            item.Add(name, value);
        return Server.Client.PutItemAsync(Table, item);
    }
}

/// <summary>A user type whose accessors have code.</summary>
[DynamoDBTable("CheckedUsers")]
[GenerateUserMapping]
public sealed class CheckedUser
{
    internal static IReadOnlyDictionary<string, Func<Exception>> Failures { get; } = new Dictionary<string, Func<Exception>>
    {
        ["argument"] = () => new ArgumentException("secret"),
        ["operation"] = () => new InvalidOperationException("secret"),
        ["format"] = () => new FormatException("secret"),
        ["json"] = () => new JsonException("secret"),
        ["key"] = () => new KeyNotFoundException("secret"),
        ["io"] = () => new IOException("secret"),
    };

    [DynamoDBHashKey]
    public string Id { get; set => field = value?.ToLowerInvariant()!; } = "";

    [DynamoDBVersion]
    public long? Version { get; set; }

    [ExpiresAt]
    public long? Expires { get; set => field = value == 0 ? null : value; }

    public string? Name
    {
        get;
        set => field = Failures.TryGetValue(value ?? "", out Func<Exception>? failure) ? throw failure() : value;
    }

    public string? City { get; set; }

    public CheckedPart? Part { get; set; }
}

/// <summary>A structure with a getter that can fail.</summary>
public sealed class CheckedPart
{
    [DynamoDBIgnore]
    public bool IsBroken { get; set; }

    public string? Text { get => IsBroken ? throw new ArgumentException("secret") : field; set; }
}
