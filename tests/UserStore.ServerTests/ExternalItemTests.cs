using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb;

namespace UserStore.ServerTests;

/// <summary>Items that other programs wrote are read, updated and deleted, and keep what the model does not know.</summary>
public sealed class ExternalItemTests : ServerTest
{
    // The format of Go's attributevalue package: nanoseconds, no version, no write ids, and empty values for unset fields.
    private static Dictionary<string, AttributeValue> GoItem => new()
    {
        ["user_id"] = new("go-1"),
        ["name"] = new("Fake Gopher"),
        ["email"] = new("fake.gopher@example.test"),
        ["status"] = new("active"),
        ["age"] = new() { N = "33" },
        ["tags"] = new() { L = [new("admin"), new("beta-tester")] },
        ["created_at"] = new("2026-02-12T10:11:12.123456789Z"),
        ["updated_at"] = new("2026-02-12T12:11:12.1+02:00"),
        ["go_only"] = new() { M = new() { ["deep"] = new() { L = [new() { N = "1" }, new() { BOOL = true }] } } },
    };

    // The format of JavaScript's document client: toISOString, a string set, and null for unset fields.
    private static Dictionary<string, AttributeValue> JavaScriptItem => new()
    {
        ["user_id"] = new("js-1"),
        ["name"] = new() { NULL = true },
        ["email"] = new("fake.js@example.test"),
        ["status"] = new("active"),
        ["tags"] = new() { SS = ["a", "b"] },
        ["created_at"] = new("2026-02-12T10:11:12.123Z"),
        ["updated_at"] = new("2026-02-12T10:11:12Z"),
        ["js_only"] = new() { BOOL = true },
    };

    [Fact]
    public async Task Items_of_a_Go_program_are_read()
    {
        DynamoDbUserStore<User> store = await StoreAsync(GoItem);

        User user = await store.GetAsync("go-1", ReadConsistency.Strong);

        (user.Name, user.Email, user.Status, user.Age, user.Version).Should().Be(
            ("Fake Gopher", "fake.gopher@example.test", "active", 33, null));
        user.Tags.Should().Equal("admin", "beta-tester");
        user.CreatedAt.Should().Be(new DateTimeOffset(2026, 2, 12, 10, 11, 12, TimeSpan.Zero).AddTicks(1234567));
        user.UpdatedAt.Should().Be(new DateTimeOffset(2026, 2, 12, 10, 11, 12, 100, TimeSpan.Zero));
        (await store.QueryByStatusAsync("active").ReadAllAsync()).Should().Equal(user);
        (await store.FindByEmailAsync("fake.gopher@example.test")).Should().Be(user);
    }

    [Fact]
    public async Task Items_of_a_JavaScript_program_are_read()
    {
        DynamoDbUserStore<User> store = await StoreAsync(JavaScriptItem);

        User user = await store.GetAsync("js-1", ReadConsistency.Strong);

        (user.Name, user.Age, user.Version).Should().Be((null, null, null));
        user.Tags.Should().BeEquivalentTo("a", "b");
        user.CreatedAt.Should().Be(new DateTimeOffset(2026, 2, 12, 10, 11, 12, 123, TimeSpan.Zero));
    }

    [Theory]
    [InlineData("go-1")]
    [InlineData("js-1")]
    public async Task Replacing_adds_a_version_and_keeps_attributes_outside_the_model(string id)
    {
        DynamoDbUserStore<User> store = await StoreAsync(GoItem, JavaScriptItem);
        Dictionary<string, AttributeValue> before = await ItemAsync(id);

        User updated = await store.UpdateAsync(await store.GetAsync(id) with { Name = "Fake Renamed" });

        updated.Version.Should().Be(1);
        (await store.GetAsync(id, ReadConsistency.Strong)).Should().Be(updated);
        await ShouldKeepUnknownAsync(id, before);
        (await ItemAsync(id))["tags"].L.Should().HaveCount(2);
        (await store.UpdateAsync(updated with { Age = 1 })).Version.Should().Be(2);
    }

    [Theory]
    [InlineData("go-1")]
    [InlineData("js-1")]
    public async Task Patching_adds_a_version_and_keeps_attributes_outside_the_model(string id)
    {
        DynamoDbUserStore<User> store = await StoreAsync(GoItem, JavaScriptItem);
        Dictionary<string, AttributeValue> before = await ItemAsync(id);

        User updated = await store.UpdateAsync(
            id, new UserPatch<User>().Increment(user => user.Age, 1).OnlyIf(user => user.Version == null));

        updated.Version.Should().Be(1);
        await ShouldKeepUnknownAsync(id, before);
        (await store.UpdateAsync(updated with { Age = 5 })).Version.Should().Be(2);
    }

    [Fact]
    public async Task Two_replacements_of_an_item_without_version_conflict()
    {
        DynamoDbUserStore<User> store = await StoreAsync(GoItem);
        User user = await store.GetAsync("go-1");
        await store.UpdateAsync(user with { Age = 1 });

        Func<Task> late = () => store.UpdateAsync(user with { Age = 2 });

        UserConflictException conflict = (await late.Should().ThrowAsync<UserConflictException>()).Which;
        (conflict.ExpectedVersion, conflict.ActualVersion).Should().Be((null, 1));
    }

    [Theory]
    [InlineData("go-1")]
    [InlineData("js-1")]
    public async Task A_change_of_an_item_without_write_id_is_a_conflict_unless_it_is_outside_the_model(string id)
    {
        DynamoDbUserStore<User> store = await StoreAsync(GoItem, JavaScriptItem);
        User read = await store.GetAsync(id);
        await SetAsync("tags", new() { L = [new("beta-tester"), new("admin")] });

        Func<Task> save = () => store.UpdateAsync(read with { Age = 1 });
        Func<Task> delete = () => store.DeleteUnchangedAsync(read);

        await save.Should().ThrowAsync<UserConflictException>();
        await delete.Should().ThrowAsync<UserConflictException>();
        read = await store.GetAsync(id, ReadConsistency.Strong);
        await SetAsync("other", new("x"));
        (await store.UpdateAsync(read with { Age = 1 })).Tags.Should().Equal("beta-tester", "admin");

        Task SetAsync(string attribute, AttributeValue value) => Client.UpdateItemAsync(new UpdateItemRequest
        {
            TableName = Table,
            Key = new() { ["user_id"] = new(id) },
            UpdateExpression = "SET #a = :v",
            ExpressionAttributeNames = new() { ["#a"] = attribute },
            ExpressionAttributeValues = new() { [":v"] = value },
        });
    }

    [Fact]
    public async Task External_items_are_deleted()
    {
        DynamoDbUserStore<User> store = await StoreAsync(GoItem, JavaScriptItem);

        (await store.DeleteAsync("go-1"))!.Name.Should().Be("Fake Gopher");
        (await store.DeleteAsync("js-1"))!.Email.Should().Be("fake.js@example.test");
        (await Client.ScanAsync(new ScanRequest { TableName = Table, ConsistentRead = true })).Count.Should().Be(0);
    }

    [Fact]
    public async Task A_version_without_write_id_is_a_valid_revision()
    {
        Dictionary<string, AttributeValue> versioned = GoItem;
        versioned["version"] = new() { N = "7" };
        DynamoDbUserStore<User> store = await StoreAsync(versioned);
        User read = await store.GetAsync("go-1");
        await store.UpdateAsync(read with { Age = 1 });

        Func<Task> late = () => store.UpdateAsync(read with { Age = 2 });

        (await late.Should().ThrowAsync<UserConflictException>()).Which.ActualVersion.Should().Be(8);
        (await store.DeleteAsync("go-1", expectedVersion: 8)).Should().NotBeNull();
    }

    [Fact]
    public async Task Appending_to_a_set_is_rejected_by_name_until_the_set_is_replaced()
    {
        DynamoDbUserStore<User> store = await StoreAsync(JavaScriptItem);

        Func<Task> append = () => store.UpdateAsync("js-1", new UserPatch<User>().Append(user => user.Tags, "c"));

        (await append.Should().ThrowAsync<InvalidUserException>()).Which.Violations.Single().Field.Should().Be("Tags");
        await store.UpdateAsync("js-1", new UserPatch<User>().Set(user => user.Tags, ["a", "b"]));
        (await store.UpdateAsync("js-1", new UserPatch<User>().Append(user => user.Tags, "c"))).Tags.Should().Equal("a", "b", "c");
    }

    [Fact]
    public async Task Incrementing_an_attribute_that_is_not_a_number_is_rejected_by_name()
    {
        Dictionary<string, AttributeValue> item = GoItem;
        item["age"] = new("thirty");
        DynamoDbUserStore<User> store = await StoreAsync(item);

        Func<Task> increment = () => store.UpdateAsync("go-1", new UserPatch<User>().Increment(user => user.Age, 1));

        (await increment.Should().ThrowAsync<InvalidUserException>()).Which.Violations.Single().Field.Should().Be("Age");
    }

    [Fact]
    public async Task A_version_that_is_no_whole_number_reads_as_none()
    {
        Dictionary<string, AttributeValue> text = GoItem, fraction = JavaScriptItem;
        text["version"] = new("7");
        fraction["version"] = new() { N = "7.5" };
        DynamoDbUserStore<User> store = await StoreAsync(text, fraction);

        (await store.GetAsync("go-1")).Version.Should().BeNull();
        (await store.ListAsync().ReadAllAsync()).Should().HaveCount(2).And.OnlyContain(user => user.Version == null);
        (await store.FindManyAsync(["go-1", "js-1"]).ReadAllAsync()).Should().OnlyContain(lookup => lookup.User!.Version == null);
    }

    [Fact]
    public async Task A_null_list_reads_as_an_empty_list_and_a_null_collection_of_the_SDK_as_null()
    {
        var @null = new AttributeValue { NULL = true };
        Dictionary<string, AttributeValue> item = GoItem;
        foreach (string attribute in new[] { "tags", "Groups", "Aliases", "Texts", "Array", "Set", "Sorted", "Map" })
            item[attribute] = @null;
        await CreateStoreAsync();
        await Client.PutItemAsync(Table, item);

        TypedUser user = await Stores.Open<TypedUser>(Options).GetAsync("go-1");

        user.Tags.Should().BeEmpty();
        user.Groups.Should().BeEmpty();
        user.Aliases.Should().BeEmpty();
        (user.Texts, user.Array, user.Set, user.Sorted, user.Map).Should().Be((null, null, null, null, null));
    }

    [Fact]
    public async Task An_item_that_is_not_a_user_is_reported()
    {
        Dictionary<string, AttributeValue> item = GoItem;
        item["created_at"] = new("yesterday");
        DynamoDbUserStore<User> store = await StoreAsync(item);

        Func<Task> find = () => store.FindAsync("go-1");
        Func<Task> list = () => store.ListAsync().ReadAllAsync();

        (await find.Should().ThrowAsync<UserStoreSchemaException>()).Which.TableName.Should().Be(Table);
        await list.Should().ThrowAsync<UserStoreSchemaException>();
    }

    [Fact]
    public async Task Stored_items_have_the_documented_format()
    {
        DynamoDbUserStore<User> store = await StoreAsync();
        await store.CreateAsync(
            new User { UserId = "fake-1", Email = "Fake@example.test", Tags = ["x"], ExpiresAt = Clock.GetUtcNow().AddDays(1) });

        Dictionary<string, AttributeValue> item = await ItemAsync("fake-1");

        item.Keys.Should().BeEquivalentTo(
            "user_id", "email", "status", "created_at", "updated_at", "tags", "version", "expires_at", "write_id", "birth_id");
        item["email"].S.Should().Be("fake@example.test");
        item["created_at"].S.Should().Be("2030-01-01T12:00:00.0000000Z");
        item["updated_at"].S.Should().Be("2030-01-01T12:00:00.0000000Z");
        item["tags"].L.Single().S.Should().Be("x");
        item["version"].N.Should().Be("1");
        item["expires_at"].N.Should().Be(Clock.GetUtcNow().AddDays(1).ToUnixTimeSeconds().ToString());
    }

    [Fact]
    public async Task Every_update_shifts_the_ids_of_the_last_three_writes()
    {
        DynamoDbUserStore<User> store = await StoreAsync();
        User user = await store.CreateAsync(new User { UserId = "fake-1" });
        string first = (await ItemAsync("fake-1"))["write_id"].S;

        user = await store.UpdateAsync(user with { Age = 1 });
        Dictionary<string, AttributeValue> second = await ItemAsync("fake-1");
        await store.UpdateAsync("fake-1", new UserPatch<User>().Set(u => u.Age, 2));
        Dictionary<string, AttributeValue> third = await ItemAsync("fake-1");
        await store.UpdateAsync(await store.GetAsync("fake-1", ReadConsistency.Strong) with { Age = 3 });
        Dictionary<string, AttributeValue> fourth = await ItemAsync("fake-1");

        second["write_id_2"].S.Should().Be(first);
        (third["write_id_2"].S, third["write_id_3"].S).Should().Be((second["write_id"].S, first));
        (fourth["write_id_2"].S, fourth["write_id_3"].S).Should().Be((third["write_id"].S, second["write_id"].S));
        new[] { first, second["write_id"].S, third["write_id"].S, fourth["write_id"].S }.Should().OnlyHaveUniqueItems();
    }

    private async Task<DynamoDbUserStore<User>> StoreAsync(params Dictionary<string, AttributeValue>[] items)
    {
        DynamoDbUserStore<User> store = await CreateStoreAsync();
        foreach (Dictionary<string, AttributeValue> item in items)
            await Client.PutItemAsync(Table, item);
        return store;
    }

    private async Task<Dictionary<string, AttributeValue>> ItemAsync(string id)
        => (await Client.GetItemAsync(new GetItemRequest { TableName = Table, Key = new() { ["user_id"] = new(id) }, ConsistentRead = true })).Item;

    private async Task ShouldKeepUnknownAsync(string id, Dictionary<string, AttributeValue> before)
    {
        Dictionary<string, AttributeValue> after = await ItemAsync(id);
        foreach (string name in new[] { "go_only", "js_only" }.Where(before.ContainsKey))
            after[name].Should().BeEquivalentTo(before[name]);
    }
}
