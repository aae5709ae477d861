using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Microsoft.Extensions.DependencyInjection;
using UserStore;
using UserStore.Migrations;
using UserStore.Testing;

// Uses the server that DYNAMODB_ENDPOINT names, otherwise a local server that stops with the program, otherwise memory.
// Run with the argument "help" to list what else it does.
if (args.Length > 0 && !args[0].Equals("migrate", StringComparison.OrdinalIgnoreCase))
    return Help(args[0]);

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
{
    bool endsWithRun = server is null || server.Description.StartsWith("dynoxide", StringComparison.Ordinal);
    if (endsWithRun && !args.Any(IsHelp))
        Console.Error.WriteLine("The tables end with this run. To keep them for the next one, start a server and set DYNAMODB_ENDPOINT to its address.");
    return exitCode;
}

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

static bool IsHelp(string argument) => argument is "help" or "--help" or "-h";

static int Help(string argument)
{
    bool isHelp = IsHelp(argument);
    if (!isHelp)
        Console.Error.WriteLine($"Unknown argument '{argument}'.");
    (isHelp ? Console.Out : Console.Error).WriteLine(
        """
        Usage: Quickstart [migrate [command] [options]]

        Without arguments: stores, reads, changes and deletes users, and writes what happens.
        migrate:           applies migrations; 'migrate help' lists the other commands.

        Uses the server at DYNAMODB_ENDPOINT. Without it, a local server that ends with the run, and its tables with it.
        """);
    return isHelp ? 0 : 2;
}

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
