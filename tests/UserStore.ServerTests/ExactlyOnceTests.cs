using System.Collections.Concurrent;
using System.Text.Json;
using UserStore.DynamoDb;
using UserStore.Testing;

namespace UserStore.ServerTests;

/// <summary>Every third write is applied but its response is lost, and another client changes the user before the retry.</summary>
[Trait("Category", TestVolume.Category)]
public sealed class ExactlyOnceTests : ServerTest
{
    private const int Tasks = 8;

    private static readonly int Count = TestVolume.Of(full: 1_000, usual: 200);
    private static readonly string[] Writes = ["PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems"];

    private DynamoDbUserStore<User> _store = null!;
    private readonly ConcurrentDictionary<string, bool> _changed = [];
    private int _lost;

    public override async Task InitializeAsync()
    {
        _store = await CreateStoreAsync();
        DynamoDbUserStore<User> other = Other();
        Wire.Every(3, WireFault.LostResponse, Writes);
        Wire.AfterFault = async request =>
        {
            // A retry is the same request. If others wrote after each of eight, the item would have forgotten the write.
            if (!_changed.TryAdd(request.Body, true))
                return;
            Interlocked.Increment(ref _lost);
            try
            {
                await other.UpdateAsync(UserOf(request), new UserPatch<User>().Set(user => user.Name, "Fake Other"));
            }
            catch (UserNotFoundException) when (IsDelete(request))
            {
                // The user no longer exists.
            }
        };
    }

    public override async Task DisposeAsync()
    {
        int lost = _lost;
        Wire.Clear();
        List<UniqueValueAuditPage> pages = await new DynamoDbUniqueValueAudit<User>(Client, Options, Stores.Time).CheckAsync().ReadAllAsync();
        await base.DisposeAsync();
        pages.SelectMany(page => page.Findings).Should().BeEmpty();
        lost.Should().BeGreaterThan(Count / 4);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Creates_never_report_their_own_user_as_existing(bool withEmail)
    {
        var created = new User[Count];

        await ForEachAsync(async i => created[i] = await _store.CreateAsync(UserWith(i, withEmail)));

        created.Should().OnlyContain(user => user.Version == 1);
        (await _store.ListAsync().ReadAllAsync()).Select(user => (user.UserId, user.Email, user.CreatedAt))
            .Should().BeEquivalentTo(created.Select(user => (user.UserId, user.Email, user.CreatedAt)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Updates_of_an_expected_version_never_conflict_with_themselves(bool asPatch)
    {
        await CreateAllAsync(Tasks);

        await ForEachAsync(async i =>
        {
            string id = IdOf(i % Tasks);
            User before = await _store.GetAsync(id, ReadConsistency.Strong);
            User updated = asPatch
                ? await _store.UpdateAsync(id, new UserPatch<User>().Set(user => user.Age, i).ExpectVersion(before.Version!.Value))
                : await _store.UpdateAsync(before with { Age = i });
            updated.Age.Should().Be(i);
        });

        List<User> users = await _store.ListAsync().ReadAllAsync();
        users.Select(user => user.Age).Should().BeEquivalentTo(Enumerable.Range(Count - Tasks, Tasks));
        users.Sum(user => user.Version).Should().Be(Tasks + Count + _lost, "every write counted once");
    }

    [Fact]
    public async Task Increments_are_applied_exactly_once()
    {
        await CreateAllAsync(Tasks);

        await ForEachAsync(i => _store.UpdateAsync(
            IdOf(i % Tasks), new UserPatch<User>().Increment(user => user.Age, i).Append(user => user.Tags, $"{i}")));

        List<User> users = await _store.ListAsync().ReadAllAsync();
        users.Sum(user => user.Age).Should().Be(Count * (Count - 1) / 2);
        users.SelectMany(user => user.Tags).Should().BeEquivalentTo(Enumerable.Range(0, Count).Select(i => $"{i}"));
        users.Sum(user => user.Version).Should().Be(Tasks + Count + _lost);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Changes_of_email_are_applied_exactly_once(bool asPatch)
    {
        await CreateAllAsync(Tasks);

        await ForEachAsync(async i =>
        {
            string id = IdOf(i % Tasks);
            User changed = asPatch
                ? await _store.UpdateAsync(id, new UserPatch<User>().Set(user => user.Email, EmailOf(i)).Increment(user => user.Age, 1))
                : await _store.UpdateAsync(await _store.GetAsync(id, ReadConsistency.Strong) with { Email = EmailOf(i) });
            changed.Email.Should().Be(EmailOf(i));
        });

        List<User> users = await _store.ListAsync().ReadAllAsync();
        users.Select(user => user.Email).Should().BeEquivalentTo(Enumerable.Range(Count - Tasks, Tasks).Select(EmailOf));
        users.Sum(user => user.Version).Should().Be(Tasks + Count + _lost);
        if (asPatch)
            users.Sum(user => user.Age).Should().Be(Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Deletes_return_the_deleted_user(bool withEmail)
    {
        var created = new User[Count];
        await WithoutFaultsAsync(() => ForEachAsync(async i => created[i] = await _store.CreateAsync(UserWith(i, withEmail))));

        await ForEachAsync(async i => (await _store.DeleteAsync(IdOf(i))).Should().Be(created[i]));

        (await _store.ListAsync().ReadAllAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task Deletes_of_a_revision_succeed()
    {
        var created = new User[Count];
        await WithoutFaultsAsync(() => ForEachAsync(async i => created[i] = await _store.CreateAsync(UserWith(i, i % 2 == 0))));

        await ForEachAsync(i => _store.DeleteUnchangedAsync(created[i]));

        (await _store.ListAsync().ReadAllAsync()).Should().BeEmpty();
    }

    private static string IdOf(int i) => $"fake-{i}";

    private static string EmailOf(int i) => $"changed.{i}@example.test";

    private static User UserWith(int i, bool email)
        => FakeUsers.Create(i) with { UserId = IdOf(i), Age = 0, Tags = [], Email = email ? $"fake.{i}@example.test" : null };

    private static Task ForEachAsync(Func<int, Task> action) => Task.WhenAll(Enumerable.Range(0, Tasks).Select(task => Task.Run(async () =>
    {
        for (int i = task; i < Count; i += Tasks)
            await action(i);
    })));

    private Task CreateAllAsync(int count) => WithoutFaultsAsync(async () =>
    {
        for (int i = 0; i < count; i++)
            await _store.CreateAsync(UserWith(i, email: true));
    });

    private async Task WithoutFaultsAsync(Func<Task> action)
    {
        Func<WireRequest, Task>? after = Wire.AfterFault;
        Wire.Clear();
        await action();
        Wire.Every(3, WireFault.LostResponse, Writes);
        Wire.AfterFault = after;
    }

    private static bool IsDelete(WireRequest request) => request.Body.Contains("\"Delete\"", StringComparison.Ordinal)
        || request.Operation == "DeleteItem";

    private static string UserOf(WireRequest request)
    {
        using JsonDocument body = JsonDocument.Parse(request.Body);
        JsonElement write = body.RootElement;
        if (request.Operation == "TransactWriteItems")
            write = write.GetProperty("TransactItems")[0].EnumerateObject().Single().Value;
        JsonElement key = write.GetProperty(write.TryGetProperty("Item", out _) ? "Item" : "Key");
        return key.GetProperty("user_id").GetProperty("S").GetString()!;
    }
}
