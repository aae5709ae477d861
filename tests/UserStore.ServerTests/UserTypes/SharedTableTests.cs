using Amazon.DynamoDBv2.DataModel;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb;
using UserStore.TestKit.UserTypes;

namespace UserStore.ServerTests.UserTypes;

/// <summary>Items of another kind in the table of users: they are neither returned nor overwritten nor deleted, whatever they contain.</summary>
public sealed class SharedTableTests : ServerTest
{
    private static readonly UserKey OrderKey = UserKey.Of("tenant-1", "order-1");

    private DynamoDbUserStore<Member> _store = null!;

    private string Directory => Options.TableNamePrefix + "Directory";

    private DynamoDbUserBatchWriter<Member> Writer => new(Client, Options, Stores.Time);

    private static Dictionary<string, AttributeValue> Key => new() { ["pk"] = new("tenant-1"), ["sk"] = new("order-1") };

    public override async Task InitializeAsync()
    {
        Options.Describe(UserKinds.Member.Describe!);
        _store = await Stores.CreateAsync<Member>(Options);
        await PutOrderAsync();
    }

    [Fact]
    public async Task No_read_returns_an_item_of_another_kind()
    {
        Member member = await _store.CreateAsync(UserKinds.Member.New(1));

        (await _store.FindAsync(OrderKey)).Should().BeNull();
        (await _store.FindAsync(OrderKey, ReadConsistency.Strong)).Should().BeNull();
        (await _store.FindManyAsync(new[] { OrderKey }.ToAsyncEnumerable()).ReadAllAsync()).Should().ContainSingle().Which.User.Should().BeNull();
        (await _store.FindByAsync(user => user.Email, "order@example.test")).Should().BeNull();
        (await _store.FindByAsync(user => user.Email, "order@example.test", ReadConsistency.Strong)).Should().BeNull();
        (await _store.QueryAsync(new UserQuery<Member>("email-index", "order@example.test")).ReadAllAsync()).Should().BeEmpty();
        (await _store.QueryAsync(new UserQuery<Member>("points-index", "tenant-1")).ReadAllAsync()).Should().Equal(member);
        (await _store.QueryAsync(UserQuery<Member>.OfPartition("tenant-1")).ReadAllAsync()).Should().Equal(member);
        (await _store.ListAsync().ReadAllAsync()).Should().Equal(member);
        (await _store.ListPageAsync()).Users.Should().Equal(member);
        (await _store.ListSegmentsAsync(new UserListOptions { TotalSegments = 4 }).ReadAllAsync()).SelectMany(page => page.Users).Should().Equal(member);
        await ShouldBeUntouchedAsync();
    }

    [Fact]
    public async Task No_write_changes_an_item_of_another_kind()
    {
        Member member = await _store.CreateAsync(UserKinds.Member.New(1));
        Member atKey = UserKinds.Member.New(3) with { Tenant = "tenant-1", Id = "order-1" };

        Func<Task> create = () => _store.CreateAsync(atKey);
        Func<Task> createPlain = () => _store.CreateAsync(atKey with { Email = null, UserName = null });
        Func<Task> replace = () => _store.UpdateAsync(member with { Id = "order-1", Version = null, Revision = null });
        Func<Task> patch = () => _store.UpdateAsync(OrderKey, new UserPatch<Member>().Set(user => user.Name, "New"));
        Func<Task> patchUnique = () => _store.UpdateAsync(OrderKey, new UserPatch<Member>().Set(user => user.Email, "new@example.test"));
        Func<Task> deleteUnchanged = () => _store.DeleteUnchangedAsync(member with { Id = "order-1" });

        (await create.Should().ThrowAsync<UserAlreadyExistsException>()).Which.Key.Should().Be(OrderKey);
        await createPlain.Should().ThrowAsync<UserAlreadyExistsException>();
        (await replace.Should().ThrowAsync<UserConflictException>()).Which.UserWasDeleted.Should().BeTrue();
        await patch.Should().ThrowAsync<UserNotFoundException>();
        await patchUnique.Should().ThrowAsync<UserNotFoundException>();
        (await deleteUnchanged.Should().ThrowAsync<UserConflictException>()).Which.UserWasDeleted.Should().BeTrue();
        (await _store.DeleteAsync(OrderKey)).Should().BeNull();
        BatchWriteResult<Member> created = await Writer.CreateAsync([atKey, UserKinds.Member.New(5)]);
        BatchWriteResult<UserKey> deleted = await Writer.DeleteAsync([OrderKey]);

        (created.Written, created.Rejected, deleted.NotFound).Should().Be((1, 1, 1));
        await ShouldBeUntouchedAsync();
        await ShouldBeConsistentAsync();
    }

    [Fact]
    public async Task An_expired_item_of_another_kind_is_no_expired_user()
    {
        await PutOrderAsync(item => item["ttl"] = new AttributeValue { N = "1" });
        Dictionary<string, AttributeValue> before = (await Client.GetItemAsync(Directory, Key)).Item;

        Func<Task> create = () => _store.CreateAsync(UserKinds.Member.New(3) with { Tenant = "tenant-1", Id = "order-1" });

        await create.Should().ThrowAsync<UserAlreadyExistsException>();
        (await Client.GetItemAsync(Directory, Key)).Item.Should().BeEquivalentTo(before);
    }

    [Fact]
    public async Task Values_of_items_of_another_kind_are_free()
    {
        Member member = await _store.CreateAsync(UserKinds.Member.New(1) with { Email = "order@example.test", UserName = "order" });

        (await _store.FindByAsync(user => user.Email, "order@example.test")).Should().Be(member);
        (await _store.FindByAsync(user => user.Email, "order@example.test", ReadConsistency.Strong)).Should().Be(member);
        await ShouldBeConsistentAsync();
    }

    [Theory]
    [InlineData("patch")]
    [InlineData("patch of a unique value")]
    [InlineData("replacement")]
    [InlineData("replacement of a unique value")]
    [InlineData("delete")]
    [InlineData("delete of what was read")]
    [InlineData("batch delete")]
    public async Task An_item_that_becomes_another_kind_between_two_requests_of_a_call_stays_as_it_is(string call)
    {
        Member member = await _store.CreateAsync(UserKinds.Member.New(1));
        UserKey key = UserKinds.Member.KeyOf(member);
        Dictionary<string, AttributeValue> item = new() { ["pk"] = new("tenant-1"), ["sk"] = new("member-1"), ["kind"] = new("order") };
        string[] writes = ["PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems"];
        Wire.BeforeRequest = async request =>
        {
            if (!writes.Contains(request.Operation))
                return;
            Wire.BeforeRequest = null;
            await Server.Client.PutItemAsync(Directory, item);
        };

        Func<Task> write = call switch
        {
            "patch" => () => _store.UpdateAsync(key, new UserPatch<Member>().Set(user => user.Name, "New")),
            "patch of a unique value" => () => _store.UpdateAsync(key, new UserPatch<Member>().Set(user => user.Email, "new@example.test")),
            "replacement" => () => _store.UpdateAsync(member with { Name = "New" }),
            "replacement of a unique value" => () => _store.UpdateAsync(member with { Email = "new@example.test" }),
            "delete" => () => _store.DeleteAsync(key),
            "delete of what was read" => () => _store.DeleteUnchangedAsync(member),
            _ => () => Writer.DeleteAsync([key]),
        };
        try
        {
            await write();
        }
        catch (Exception refusal) when (refusal is UserNotFoundException or UserConflictException)
        {
            // What a call says of a user that is gone is tested elsewhere.
        }

        Wire.BeforeRequest.Should().BeNull("the item changed before the write");
        (await Client.GetItemAsync(Directory, new() { ["pk"] = new("tenant-1"), ["sk"] = new("member-1") })).Item.Should().BeEquivalentTo(item);
    }

    [Fact]
    public async Task A_reservation_of_an_item_that_became_another_kind_is_free()
    {
        await _store.CreateAsync(UserKinds.Member.New(1) with { Email = "one@example.test", UserName = "one" });
        await Client.PutItemAsync(Directory, new()
        {
            ["pk"] = new("tenant-1"),
            ["sk"] = new("member-1"),
            ["kind"] = new("order"),
            ["email"] = new("one@example.test"),
            ["user_name"] = new("one"),
        });
        (await _store.FindByAsync(user => user.Email, "one@example.test", ReadConsistency.Strong)).Should().BeNull();

        await _store.CreateAsync(UserKinds.Member.New(3) with { Email = "one@example.test" });

        UniqueValueFinding orphan = (await FindingsAsync()).Should().ContainSingle().Which;
        (orphan.Problem, orphan.PropertyName, orphan.Key).Should().Be(
            (UniqueValueProblem.ReservationWithoutOwner, nameof(Member.UserName), UserKey.Of("tenant-1", "member-1")));
    }

    [Fact]
    public async Task A_batch_that_replaces_users_unread_replaces_no_item_of_another_kind()
    {
        UserStoreOptions options = Stores.NewOptions();
        options.TableNamePrefix = Options.TableNamePrefix;
        options.Describe<Guest>(type => type.OnlyWhere(guest => guest.Kind == "guest"));
        var writer = new DynamoDbUserBatchWriter<Guest>(Client, options, Stores.Time);
        await writer.ReplaceAsync([new Guest("tenant-1", "guest-1")]);

        BatchWriteResult<Guest> replaced = await writer.ReplaceAsync([new Guest("tenant-1", "guest-1"), new Guest("tenant-1", "order-1")]);

        replaced.Written.Should().Be(1);
        replaced.Failures.Should().ContainSingle().Which.Error.Should().BeOfType<UserAlreadyExistsException>();
        await ShouldBeUntouchedAsync();
    }

    private Task PutOrderAsync(Action<Dictionary<string, AttributeValue>>? change = null)
    {
        var item = new Dictionary<string, AttributeValue>(Key)
        {
            ["kind"] = new("order"),
            ["email"] = new("order@example.test"),
            ["user_name"] = new("order"),
            ["points"] = new() { N = "7" },
            ["v"] = new() { N = "1" },
        };
        change?.Invoke(item);
        return Client.PutItemAsync(Directory, item);
    }

    private async Task ShouldBeUntouchedAsync()
    {
        Dictionary<string, AttributeValue> item = (await Client.GetItemAsync(Directory, Key)).Item;
        item.Keys.Should().BeEquivalentTo("pk", "sk", "kind", "email", "user_name", "points", "v");
        (item["kind"].S, item["email"].S, item["points"].N, item["v"].N).Should().Be(("order", "order@example.test", "7", "1"));
    }

    private async Task ShouldBeConsistentAsync() => (await FindingsAsync()).Should().BeEmpty();

    private async Task<IEnumerable<UniqueValueFinding>> FindingsAsync()
        => (await new DynamoDbUniqueValueAudit<Member>(Client, Options, Stores.Time).CheckAsync().ReadAllAsync()).SelectMany(page => page.Findings);

    [DynamoDBTable("Directory")]
    public sealed record Guest(
        [property: DynamoDBHashKey("pk")] string Tenant,
        [property: DynamoDBRangeKey("sk")] string Id,
        [property: DynamoDBProperty("kind")] string Kind = "guest");
}
