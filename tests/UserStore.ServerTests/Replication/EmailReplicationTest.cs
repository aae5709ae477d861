using Amazon.DynamoDBv2.DataModel;
using Amazon.DynamoDBv2.Model;
using Functions;
using UserStore.Replication;

namespace UserStore.ServerTests.Replication;

/// <summary>The base of tests with a view keyed by email, whose keys users can exchange.</summary>
public abstract class EmailReplicationTest : ReplicationTest
{
    protected UserReplicator<PlacedUser, UserByEmail> ByEmail { get; private set; } = null!;

    protected string EmailTarget => Options.TableNamePrefix + "UsersByEmail";

    protected string EmailGuards => EmailTarget + "Guards";

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        ByEmail = NewReplicatorByEmail(ToView);
        await ByEmail.EnsureTablesAsync();
        Wire.Clear();
    }

    protected UserReplicator<PlacedUser, UserByEmail> NewReplicatorByEmail(Func<PlacedUser, UserByEmail?> project)
        => new(Client, Options, new Projection(project), options: null, Stores.Time);

    /// <summary>Creates a replicator of another process, with a wire without faults.</summary>
    protected UserReplicator<PlacedUser, UserByEmail> OtherByEmail()
        => new(Server.Client, Options, new Projection(ToView), options: null, Stores.Time);

    protected static UserByEmail? ToView(PlacedUser user)
        => user.Email is null ? null : new UserByEmail { Email = user.Email, UserId = user.UserId, Name = user.Name, Number = user.Age ?? 0 };

    /// <summary>Creates and replicates users.</summary>
    protected async Task CreateReplicatedAsync(int count)
    {
        await Parallel.ForAsync(1, count + 1, async (number, token) => await Users.CreateAsync(NewUser(number), token));
        await HandleNewAsync();
        Wire.Clear();
    }

    protected Task<PlacedUser> SetEmailAsync(int number, string email)
        => Users.UpdateAsync($"fake-{number}", new UserPatch<PlacedUser>().Set(user => user.Email, email));

    /// <summary>Gives each user the email of the next one, and the last user that of the first; the others wait with a temporary email.</summary>
    protected async Task RotateEmailsAsync(params int[] numbers)
    {
        var emails = new List<string>();
        foreach (int number in numbers)
        {
            emails.Add((await Users.GetAsync($"fake-{number}", ReadConsistency.Strong)).Email!);
            await SetEmailAsync(number, $"temporary-{number}@example.test");
        }

        for (int i = 0; i < numbers.Length; i++)
            await SetEmailAsync(numbers[i], emails[(i + 1) % numbers.Length]);
    }

    /// <summary>Two users exchange their emails: fake-1 takes a temporary one, fake-2 that of fake-1, fake-1 that of fake-2.</summary>
    protected async Task ExchangeAsync()
    {
        await SetEmailAsync(1, "temporary@example.test");
        await SetEmailAsync(2, EmailOf(1));
        await SetEmailAsync(1, EmailOf(2));
        Wire.Clear();
    }

    protected static string EmailOf(int number) => NewUser(number).Email!;

    protected async Task<UserChange<PlacedUser>[]> NewChangesAsync() => [.. (await NewRecordsAsync()).Select(record => record.Change!)];

    protected async Task HandleNewAsync()
    {
        foreach (UserChange<PlacedUser> change in await NewChangesAsync())
            await ByEmail.HandleAsync(change);
    }

    protected async Task<IReadOnlyList<UserReplicationDrift>> RebuildAsync()
        => [.. (await ByEmail.RebuildAsync().ReadAllAsync()).SelectMany(page => page.Drifts)];

    /// <summary>Returns the user of each email in the target.</summary>
    protected async Task<Dictionary<string, string>> OwnersAsync()
        => (await ScanAsync(EmailTarget)).ToDictionary(item => item["email"].S, item => item["source_user_id"].S);

    protected async Task<Dictionary<string, AttributeValue>> GuardOfAsync(int number)
        => (await ScanAsync(EmailGuards)).Single(guard => guard["user_id"].S == $"fake-{number}");

    /// <summary>Checks that each email of the source leads to its user, and that there is no drift.</summary>
    protected async Task ShouldConvergeAsync()
    {
        List<PlacedUser> users = [.. (await Users.ListAsync(new UserListOptions { Consistency = ReadConsistency.Strong }).ReadAllAsync())];
        (await OwnersAsync()).Should().BeEquivalentTo(users.Where(user => user.Email is not null).ToDictionary(user => user.Email!, user => user.UserId));
        (await ByEmail.CompareAsync().ReadAllAsync()).SelectMany(page => page.Drifts).Should().BeEmpty();
    }

    /// <summary>Checks that each user still has the item of its first email.</summary>
    protected async Task ShouldBeUnchangedAsync(int count)
        => (await OwnersAsync()).Should().BeEquivalentTo(Enumerable.Range(1, count).ToDictionary(EmailOf, number => $"fake-{number}"));

    [DynamoDBTable("UsersByEmail")]
    public sealed record UserByEmail
    {
        [DynamoDBHashKey("email")]
        public string Email { get; init; } = "";

        [DynamoDBProperty("user_id")]
        public string UserId { get; init; } = "";

        [DynamoDBProperty("name")]
        public string? Name { get; init; }

        [DynamoDBProperty("number")]
        public int Number { get; init; }
    }

    protected sealed class Projection(Func<PlacedUser, UserByEmail?> project) : IUserProjection<PlacedUser, UserByEmail>
    {
        public UserByEmail? Project(PlacedUser user) => project(user);
    }
}
