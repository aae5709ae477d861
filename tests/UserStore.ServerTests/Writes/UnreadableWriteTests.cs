using Amazon.DynamoDBv2.DataModel;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb;
using UserStore.Testing;

namespace UserStore.ServerTests.Writes;

/// <summary>Writes of users whose item cannot be read as their type.</summary>
public sealed class UnreadableWriteTests : ServerTest
{
    private const string Secret = "born 1970, jane.doe@secret.test";

    private ProfiledUser _created = null!;

    public static TheoryData<string, bool> BadAttributes => new()
    {
        { "age", true },
        { "age", false },
        { "created_at", true },
        { "created_at", false },
        { "profile", true },
        { "profile", false },
    };

    [Theory]
    [MemberData(nameof(BadAttributes))]
    public async Task A_patch_is_applied_once_and_says_so(string attribute, bool withEmail)
    {
        DynamoDbUserStore<ProfiledUser> store = await StoreAsync(attribute, withEmail);

        await ShouldBeAppliedAsync(attribute, () => store.UpdateAsync("fake-1", new UserPatch<ProfiledUser>().Increment(user => user.Logins, 1)));

        (await ItemAsync())!["logins"].N.Should().Be("1");
        (await ItemAsync())!["version"].N.Should().Be("2");
    }

    [Theory]
    [MemberData(nameof(BadAttributes))]
    public async Task A_patch_whose_response_is_lost_is_applied_once_and_says_so(string attribute, bool withEmail)
    {
        DynamoDbUserStore<ProfiledUser> store = await StoreAsync(attribute, withEmail);
        Wire.Next(WireFault.LostResponse, "UpdateItem");

        await ShouldBeAppliedAsync(attribute, () => store.UpdateAsync("fake-1", new UserPatch<ProfiledUser>().Increment(user => user.Logins, 1)));

        (await ItemAsync())!["logins"].N.Should().Be("1");
    }

    [Theory]
    [MemberData(nameof(BadAttributes))]
    public async Task A_patch_that_needs_the_user_is_not_applied_and_says_so(string attribute, bool withEmail)
    {
        DynamoDbUserStore<ProfiledUser> store = await StoreAsync(attribute, withEmail);

        Func<Task> change = () => store.UpdateAsync("fake-1", new UserPatch<ProfiledUser>().Set(user => user.Email, "other@example.test"));

        UserStoreSchemaException thrown = (await change.Should().ThrowAsync<UserStoreSchemaException>()).Which;
        (thrown.WasApplied, thrown.Key.ToString(), thrown.AttributeName).Should().Be((false, "fake-1", attribute));
        thrown.ToString().Should().NotContain("1970").And.NotContain("secret.test");
        (await ItemAsync())!["version"].N.Should().Be("1");
    }

    [Theory]
    [MemberData(nameof(BadAttributes))]
    public async Task A_delete_of_the_id_deletes_the_user_and_says_so(string attribute, bool withEmail)
    {
        DynamoDbUserStore<ProfiledUser> store = await StoreAsync(attribute, withEmail);

        await ShouldBeAppliedAsync(attribute, () => store.DeleteAsync("fake-1"));

        (await ItemAsync()).Should().BeNull();
        (await ScanAsync(ReservationsTable)).Should().BeEmpty();
    }

    [Theory]
    [MemberData(nameof(BadAttributes))]
    public async Task A_delete_of_the_user_who_became_unreadable_succeeds(string attribute, bool withEmail)
    {
        DynamoDbUserStore<ProfiledUser> store = await StoreAsync(attribute, withEmail);

        await store.DeleteUnchangedAsync(_created);

        (await ItemAsync()).Should().BeNull();
        (await ScanAsync(ReservationsTable)).Should().BeEmpty();
    }

    [Theory]
    [MemberData(nameof(BadAttributes))]
    public async Task A_batch_delete_counts_the_user_as_written(string attribute, bool withEmail)
    {
        DynamoDbUserStore<ProfiledUser> store = await StoreAsync(attribute, withEmail);
        await store.CreateAsync(FakeUsers.Create<ProfiledUser>(2));

        BatchWriteResult<UserKey> result = await Stores.WriterOf(store).DeleteAsync(["fake-2", "fake-1", "none"]);

        (result.Read, result.Written, result.NotFound, result.IsComplete).Should().Be((3, 2, 1, true));
        (await ScanAsync(Table)).Should().BeEmpty();
        (await ScanAsync(ReservationsTable)).Should().BeEmpty();
    }

    private static async Task ShouldBeAppliedAsync(string attribute, Func<Task> write)
    {
        UserStoreSchemaException thrown = (await write.Should().ThrowAsync<UserStoreSchemaException>()).Which;
        (thrown.WasApplied, thrown.Key.ToString(), thrown.AttributeName, thrown.IsTransient).Should().Be((true, "fake-1", attribute, false));
        thrown.Message.Should().Contain("fake-1").And.Contain(attribute);
        thrown.ToString().Should().NotContain("1970").And.NotContain("secret.test");
    }

    private async Task<DynamoDbUserStore<ProfiledUser>> StoreAsync(string attribute, bool withEmail)
    {
        DynamoDbUserStore<ProfiledUser> store = await Stores.CreateAsync<ProfiledUser>(Options);
        ProfiledUser user = FakeUsers.Create<ProfiledUser>(1) with { Profile = "{}" };
        _created = await store.CreateAsync(withEmail ? user : user with { Email = null });
        await Client.UpdateItemAsync(Table, new() { ["user_id"] = new("fake-1") }, new()
        {
            [attribute] = new AttributeValueUpdate(new AttributeValue(Secret), "PUT"),
        });
        return store;
    }

    private async Task<Dictionary<string, AttributeValue>?> ItemAsync() => (await ScanAsync(Table)).SingleOrDefault();

    public sealed record ProfiledUser : User
    {
        [DynamoDBProperty("logins")]
        public int Logins { get; init; }

        [DynamoDBProperty("profile", typeof(JsonTextConverter))]
        public string? Profile { get; init; }
    }
}
