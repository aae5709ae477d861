using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Microsoft.Extensions.DependencyInjection;
using UserStore;
using UserStore.Migrations;
using UserStore.Testing;

// Uses the server that DYNAMODB_ENDPOINT names, otherwise a local server that stops with the program, otherwise memory.
// Run with the arguments "migrate help" to list the migration commands, which replace the walkthrough.
await using LocalDynamoDb? server = await TryStartAsync();

ServiceCollection services = new();
string prefix = args.Length > 0 ? "quickstart-" : $"quickstart-{Guid.NewGuid():N}-";
services.AddUserStore(options => (options.ServiceUrl, options.TableNamePrefix) = (server?.Endpoint.ToString(), prefix))
    .AddMigrations(options => options.Migrations
        .AddCreateTables(undoBehavior: TableUndoBehavior.Delete)
        .AddReserveUniqueValues()
        .Add("00000000000003_greet", GreetAsync, (_, _) => Task.CompletedTask, "Gives every user a greeting."));
services.AddSpectreMigrationReporter();
if (server is null)
    services.AddInMemoryUserStore();

await using ServiceProvider provider = services.BuildServiceProvider();
if (await provider.RunMigrationCommandAsync(args) is { } exitCode)
    return exitCode;

IUserStore users = provider.GetRequiredService<IUserStore>();
Say($"The store is {users.GetType().Name} on {server?.Description ?? "memory only"}.");

IMigrationRunner migrations = provider.GetRequiredService<IMigrationRunner>();
MigrationRun run = await migrations.RunAsync();
Say($"The tables are ready after {run.Steps.Count} migrations.");

User alice = await users.CreateAsync(new User { Name = "Alice Example", Email = "Alice@example.test", Tags = ["admin", "beta-tester"] });
Say($"Created {alice}.");

await RejectedAsync<UserAlreadyExistsException>("A second user with the same id", () => users.CreateAsync(new User { UserId = alice.UserId }));

await RejectedAsync<UserValueInUseException>(
    "A second user with the same email", () => users.CreateAsync(new User { Email = "ALICE@example.test" }));

User found = await users.GetAsync(alice.UserId, ReadConsistency.Strong);
Say($"Read {found}. It is equal to the created user: {found == alice}.");

User patched = await users.UpdateAsync(
    alice.UserId, new UserPatch<User>().Set(u => u.Name, "Alice Renamed").Increment(u => u.Age, 33).Append(u => u.Tags, "renamed"));
Say($"Changed name, age and tags in one request: {patched}, tags {string.Join(", ", patched.Tags)}.");

await RejectedAsync<UserConflictException>("Replacing a version that has changed since", () => users.UpdateAsync(alice with { Name = "Alice Late" }));

User replaced = await users.UpdateAsync(patched with { Name = "Alice Again" });
Say($"Replaced the current version: {replaced}.");

foreach (User user in FakeUsers.CreateMany(8))
    await users.CreateAsync(user with { Status = UserStatus.Active });
Say("The newest three of nine active users:");
await foreach (User user in users.QueryByStatusAsync(UserStatus.Active, limit: 3, QueryDirection.Descending))
    Say($"  {user}");

var query = new UserQuery<User>("status-index", UserStatus.Active) { PageSize = 4 };
UserPage<User> page = await users.QueryPageAsync(query);
int pages = 1, read = page.Users.Count;
while (page.HasMore)
{
    page = await users.QueryPageAsync(query, page.ContinuationToken);
    (pages, read) = (pages + 1, read + page.Users.Count);
}

Say($"Read {read} active users in {pages} pages, each by the continuation token of the previous page.");

User? deleted = await users.DeleteAsync(alice.UserId);
Say($"Deleted {deleted}; reading it now gives {await users.FindAsync(alice.UserId, ReadConsistency.Strong) ?? (object)"nothing"}.");
await migrations.DestroyAsync();
if (server is not null)
{
    using AmazonDynamoDBClient client = server.CreateClient();
    await client.DeleteTableAsync(prefix + "Users");
    await client.DeleteTableAsync(prefix + "UserReservations");
}

return read == 9 && deleted == replaced ? 0 : throw new InvalidOperationException("The walkthrough ended with an unexpected result.");

static Task GreetAsync(MigrationContext context, CancellationToken cancellationToken) => context.BackfillAsync(
    new Backfill
    {
        Name = "greet",
        TableName = context.UsersTable,
        Transform = (item, _) =>
        {
            item.TryAdd("greeting", new AttributeValue("Hello"));
            return ValueTask.CompletedTask;
        },
    },
    cancellationToken);

static async Task<LocalDynamoDb?> TryStartAsync()
{
    try
    {
        return await LocalDynamoDb.StartAsync();
    }
    catch (LocalDynamoDbException missing)
    {
        Say($"No local DynamoDB server is available: {missing.Message}");
        return null;
    }
}

static async Task RejectedAsync<TException>(string what, Func<Task> call)
    where TException : UserStoreException
{
    try
    {
        await call();
    }
    catch (TException rejected)
    {
        Say($"{what} is rejected: {rejected.Message}");
        return;
    }

    throw new InvalidOperationException($"{what} was not rejected.");
}

static void Say(string line) => Console.WriteLine(line);
