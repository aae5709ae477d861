using System.Text;
using Amazon.DynamoDBv2.DataModel;
using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;
using UserStore.DynamoDb;
using UserStore.Modeling;
using UserStore.Testing;
using UserStore.TestKit.UserTypes;

namespace UserStore.Tests.DynamoDb.Writing;

/// <summary>The requests of every kind of write, with all of their conditions, match the approved ones.</summary>
public sealed class WriteRequestTests
{
    private readonly FakeClock _clock = new();
    private readonly StringBuilder _received = new();
    private readonly CannedService _service;

    public WriteRequestTests() => _service = new CannedService { Time = _clock };

    [Fact]
    public async Task The_writes_of_User_match_the_approved_requests()
    {
        DynamoDbUserStore<User> store = await RecordAsync(UserKinds.User);
        await RecordAsync("append", () => store.UpdateAsync("fake-1", new UserPatch<User>().Append(user => user.Tags, "one", "two")));
        await RecordAsync("create that expires", () => store.CreateAsync(FakeUsers.Create(1) with { ExpiresAt = _clock.GetUtcNow().AddDays(1) }));

        await ShouldBeApprovedAsync("User");
    }

    [Fact]
    public async Task The_writes_of_a_mutable_class_match_the_approved_requests()
    {
        DynamoDbUserStore<Account> store = await RecordAsync(UserKinds.Account);
        UserKey key = UserKinds.Account.KeyOf(UserKinds.Account.New(1));
        await RecordAsync("patch of what is written once", () => store.UpdateAsync(key, new UserPatch<Account>().Set(user => user.Origin, "other")));
        await RecordAsync("append", () => store.UpdateAsync(key, new UserPatch<Account>().Append(user => user.Labels, "c")));

        await ShouldBeApprovedAsync("Account");
    }

    [Fact]
    public async Task The_writes_of_a_type_in_a_shared_table_match_the_approved_requests()
    {
        DynamoDbUserStore<Member> store = await RecordAsync(UserKinds.Member);
        UserKey key = UserKinds.Member.KeyOf(UserKinds.Member.New(1));
        await RecordAsync("patch of two unique values", () => store.UpdateAsync(
            key, new UserPatch<Member>().Set(user => user.UserName, "other").Set(user => user.Email, "other@example.test")));

        await ShouldBeApprovedAsync("Member");
    }

    [Fact]
    public async Task The_writes_of_a_type_without_a_version_match_the_approved_requests()
    {
        await RecordAsync(UserKinds.Visitor);

        await ShouldBeApprovedAsync("Visitor");
    }

    [Fact]
    public async Task The_writes_of_a_type_in_a_shared_table_without_unique_values_match_the_approved_requests()
    {
        _service.Options.Describe<Guest>(type => type.OnlyWhere(guest => guest.Kind == "guest"));
        await RecordAsync("create", () => new DynamoDbUserStore<Guest>(_service.Connect()).CreateAsync(new Guest { Id = "1" }));
        await RecordAsync("replace", () => new DynamoDbUserBatchWriter<Guest>(_service.Connect()).ReplaceAsync([new Guest { Id = "1" }]));

        await ShouldBeApprovedAsync("Guest");
    }

    [Fact]
    public async Task The_replace_of_a_user_matches_the_approved_request()
    {
        _service.Options.UniqueEmails = false;
        await RecordAsync("replace", () => new DynamoDbUserBatchWriter<User>(_service.Connect()).ReplaceAsync([FakeUsers.Create(1)]));

        await ShouldBeApprovedAsync("Replace");
    }

    private async Task<DynamoDbUserStore<TUser>> RecordAsync<TUser>(UserKind<TUser> kind)
        where TUser : class
    {
        if (kind.Describe is { } describe)
            _service.Options.Describe(describe);
        var store = new DynamoDbUserStore<TUser>(_service.Connect());
        UserModel model = UserModel.For<TUser>(_service.Options);
        TUser first = kind.New(1);
        UserKey key = kind.KeyOf(first);
        await RecordAsync("create", () => store.CreateAsync(first));
        await RecordAsync("create without the unique value", () => store.CreateAsync(kind.WithUnique(first, null)));

        await store.CreateAsync(first);
        Dictionary<string, AttributeValue> stored = ItemOf(_service.Sent[^1]);
        stored["write_id"] = stored["birth_id"] = new AttributeValue(RequestText.EarlierId);
        _service.Read = _ => stored;
        await RecordUpdatesAsync(kind, store, key);

        string version = model.Version?.AttributeName ?? "version";
        _service.Read = _ => new(stored) { [version] = new AttributeValue("one") };
        await RecordAsync("patch of the unique value with a version of another program", () => store.UpdateAsync(
            key, new UserPatch<TUser>().Set(kind.Unique, kind.UniqueValue(2))));
        _service.Read = _ => new(stored.Where(attribute => attribute.Key is not ("write_id" or "birth_id") && attribute.Key != version));
        TUser external = (await store.FindAsync(key))!;
        await RecordAsync("delete of an item of another program", () => store.DeleteAsync(key));
        if (kind.Version is not null)
            await RecordAsync("save of an item of another program", () => store.UpdateAsync(kind.WithName(external, "New")));
        await RecordAsync("patch of the unique value of an item of another program", () => store.UpdateAsync(
            key, new UserPatch<TUser>().Set(kind.Unique, kind.UniqueValue(2))));

        await RecordTakeOversAsync(kind, store, model, stored);
        _service.Read = _ => stored;
        return store;
    }

    private async Task RecordUpdatesAsync<TUser>(UserKind<TUser> kind, DynamoDbUserStore<TUser> store, UserKey key)
        where TUser : class
    {
        await RecordAsync("patch", () => store.UpdateAsync(key, new UserPatch<TUser>().Set(kind.Name, "New").Increment(kind.Points, 5)));
        await RecordAsync("patch that removes", () => store.UpdateAsync(key, new UserPatch<TUser>().Remove(kind.Name).Remove(kind.Points)));
        if (kind.Version is not null)
        {
            await RecordSavesAsync(kind, store, (await store.FindAsync(key))!);
            await RecordAsync("patch of a version", () => store.UpdateAsync(key, new UserPatch<TUser>().Set(kind.Name, "New").ExpectVersion(1)));
            await RecordAsync("delete of a version", () => store.DeleteAsync(key, expectedVersion: 1));
        }

        await RecordAsync("patch of the unique value", () => store.UpdateAsync(
            key, new UserPatch<TUser>().Set(kind.Unique, kind.UniqueValue(2)).Increment(kind.Points, 5)));
        await RecordAsync("patch of the same unique value", () => store.UpdateAsync(key, new UserPatch<TUser>().Set(kind.Unique, kind.UniqueValue(1))));
        await RecordAsync("patch without the unique value", () => store.UpdateAsync(key, new UserPatch<TUser>().Remove(kind.Unique)));
        await RecordAsync("delete", () => store.DeleteAsync(key));
    }

    private async Task RecordSavesAsync<TUser>(UserKind<TUser> kind, DynamoDbUserStore<TUser> store, TUser user)
        where TUser : class
    {
        await RecordAsync("save", () => store.UpdateAsync(kind.WithName(user, "New")));
        await RecordAsync("save without a name", () => store.UpdateAsync(kind.WithName(user, null)));
        await RecordAsync("save of another unique value", () => store.UpdateAsync(kind.WithUnique(user, kind.UniqueValue(2))));
        await RecordAsync("save without the unique value", () => store.UpdateAsync(kind.WithUnique(user, null)));
        await RecordAsync("save of an unknown revision", () => store.UpdateAsync(kind.Forget(kind.WithUnique(user, kind.UniqueValue(2)))));
        await RecordAsync("delete of a user", () => store.DeleteUnchangedAsync(user));
        await RecordAsync("delete of an unknown revision", () => store.DeleteUnchangedAsync(kind.Forget(user)));
    }

    // Each reservation of the first user is found with each kind of owner that is not valid.
    private async Task RecordTakeOversAsync<TUser>(
        UserKind<TUser> kind, DynamoDbUserStore<TUser> store, UserModel model, Dictionary<string, AttributeValue> stored)
        where TUser : class
    {
        string owner = KeyModel.ToText(kind.KeyOf(kind.New(3)));
        string[] unique = [.. model.UniqueValues.Select(value => value.Property.AttributeName)];
        var other = stored.ToDictionary(
            attribute => attribute.Key, attribute => unique.Contains(attribute.Key) ? new AttributeValue("other@example.test") : attribute.Value);
        await TakeOverAsync("an owner that is deleted", owner, null);
        await TakeOverAsync("an owner with another value", owner, other);
        await TakeOverAsync("an owner without a value", owner, new(other.Where(attribute => !unique.Contains(attribute.Key))));
        await TakeOverAsync("an owner that no user can be", "?", null);
        if (model.ExpiresAt is { } expiry)
            await TakeOverAsync("an owner that is expired", owner, new(stored) { [expiry.AttributeName] = new() { N = "1" } });

        async Task TakeOverAsync(string name, string text, Dictionary<string, AttributeValue>? item)
        {
            _service.Read = get => get.Key.ContainsKey("reservation") ? new() { ["owner"] = new(text) } : item;
            int before = _service.Sent.Count;
            _service.FailureOf = (request, number) => number == before + 1 && request is TransactWriteItemsRequest transaction
                ? CannedService.Canceled(transaction.TransactItems.Count, failed: [.. Enumerable.Range(1, transaction.TransactItems.Count - 1)])
                : null;
            await RecordAsync($"create with the value of {name}", () => store.CreateAsync(kind.New(1)));
            _service.FailureOf = (_, _) => null;
        }
    }

    private async Task RecordAsync(string name, Func<Task> call)
    {
        int before = _service.Sent.Count;
        _received.Append($"# {name}\n");
        try
        {
            await call();
        }
        catch (UserStoreException failure)
        {
            _received.Append($"{failure.GetType().Name}\n");
        }

        foreach (AmazonWebServiceRequest request in _service.Sent.Skip(before))
            _received.Append(RequestText.Of(request));
        _received.Append('\n');
    }

    private static Dictionary<string, AttributeValue> ItemOf(AmazonWebServiceRequest create)
        => new((create as TransactWriteItemsRequest)?.TransactItems[0].Put.Item ?? ((PutItemRequest)create).Item);

    // To accept a change, replace the approved file with the received file that the failure names, and have it reviewed.
    private async Task ShouldBeApprovedAsync(string type)
    {
        string folder = Path.Combine(AppContext.BaseDirectory, "DynamoDb", "Writing");
        string received = Path.Combine(folder, $"{type}.received.txt");
        await File.WriteAllTextAsync(received, _received.ToString());

        _received.ToString().Should().Be(
            (await File.ReadAllTextAsync(Path.Combine(folder, $"{type}.approved.txt"))).ReplaceLineEndings("\n"),
            "the requests were approved; the new ones are in {0}", received);
    }

    [DynamoDBTable("Shared")]
    public sealed class Guest
    {
        [DynamoDBHashKey]
        public string Id { get; set; } = "";

        public string Kind { get; set; } = "guest";

        [ExpiresAt]
        public long? Expires { get; set; }
    }
}
