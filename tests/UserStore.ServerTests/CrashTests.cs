using UserStore.DynamoDb;

namespace UserStore.ServerTests;

/// <summary>A process that ends after, or directly before, any of its requests: it leaves one of the two states around the call, and the
/// audit repairs any inconsistency.</summary>
public sealed class CrashTests : ServerTest
{
    private const int MaxRequests = 10;

    private static readonly Dictionary<string, Func<IUserStore<User>, User, CancellationToken, Task>> Actions = new()
    {
        ["create"] = (store, _, token) => store.CreateAsync(new User { UserId = "fake-2", Email = "new@example.test" }, token),
        ["create with the email of an expired user"] = (store, _, token) => store.CreateAsync(
            new User { UserId = "fake-2", Email = "expired@example.test" }, token),
        ["replace with another email"] = (store, user, token) => store.UpdateAsync(user with { Email = "new@example.test" }, token),
        ["replace with the email of an expired user"] = (store, user, token) => store.UpdateAsync(
            user with { Email = "expired@example.test" }, token),
        ["patch the email"] = (store, _, token) => store.UpdateAsync(
            "fake-1", new UserPatch<User>().Set(user => user.Email, "new@example.test"), token),
        ["remove the email"] = (store, _, token) => store.UpdateAsync("fake-1", new UserPatch<User>().Remove(user => user.Email), token),
        ["delete"] = (store, _, token) => store.DeleteAsync("fake-1", null, token),
        ["delete a revision"] = (store, user, token) => store.DeleteUnchangedAsync(user, token),
    };

    public static TheoryData<string, bool> Cuts => EachTwice(Actions.Keys);

    [Theory]
    [MemberData(nameof(Cuts))]
    public async Task An_interrupted_call_leaves_nothing_that_the_audit_cannot_repair(string call, bool isRequestApplied)
    {
        (string? before, string after) = await RunAsync(call, cutAt: null, isRequestApplied);
        before.Should().NotBe(after);

        int cuts = await CutAtEveryRequestAsync(MaxRequests, async request =>
        {
            (string? left, string all) = await RunAsync(call, request, isRequestApplied);
            if (left is null)
            {
                all.Should().Be(after);
                return false;
            }

            left.Should().BeOneOf(before, after);
            all.Should().Be(left, "the audit clears away only what has expired");
            return true;
        });

        cuts.Should().BePositive("the first cut must hit");
    }

    /// <summary>Runs a call until its process ends at a request; returns the users then, and again after the repair by the audit. Without
    /// interruption, or if the call sends fewer requests, the first result is null or the state before the call.</summary>
    private async Task<(string? Left, string All)> RunAsync(string call, int? cutAt, bool isRequestApplied)
    {
        UserStoreOptions options = Stores.NewOptions();
        DynamoDbUserStore<User> store = await Stores.CreateAsync<User>(options);
        User user = await store.CreateAsync(new User { UserId = "fake-1", Email = "first@example.test" });
        await store.CreateAsync(
            new User { UserId = "fake-old", Email = "expired@example.test", ExpiresAt = Clock.GetUtcNow().AddSeconds(5) });
        Clock.Advance(TimeSpan.FromSeconds(5));
        string? left = cutAt is null ? await UsersAsync(store) : null;
        using var process = new CancellationTokenSource();
        if (cutAt is not null)
            CutAt(cutAt.Value, isRequestApplied, process.CancelAsync);

        try
        {
            await Actions[call](store, user, process.Token);
            Wire.Clear();
        }
        catch (OperationCanceledException) when (process.IsCancellationRequested)
        {
            Wire.Clear();
            left = await UsersAsync(store);
        }

        var audit = new DynamoDbUniqueValueAudit<User>(Client, options, Stores.Time);
        foreach (UniqueValueFinding finding in (await audit.RepairAsync().ReadAllAsync()).SelectMany(page => page.Findings))
            (finding.Key.ToString(), finding.IsRepaired).Should().Be(("fake-old", true));
        (await audit.CheckAsync().ReadAllAsync()).SelectMany(page => page.Findings).Should().BeEmpty();
        return (left, await UsersAsync(store));
    }

    private static async Task<string> UsersAsync(DynamoDbUserStore<User> store)
    {
        var users = new List<string>();
        foreach (User user in await store.ListAsync(new UserListOptions { Consistency = ReadConsistency.Strong }).ReadAllAsync())
        {
            users.Add($"{user.UserId} {user.Email}");
            if (user.Email is not null)
                (await store.FindByEmailAsync(user.Email, ReadConsistency.Strong)).Should().Be(user);
        }

        return string.Join(", ", users.Order(StringComparer.Ordinal));
    }
}
