using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Microsoft.Extensions.DependencyInjection;
using UserStore;
using UserStore.Migrations;
using UserStore.Testing;

// With DYNAMODB_ENDPOINT set this runs on that server, else on a local one that ends with the program, else in memory.
// "migrate help" as arguments tells how to run the migrations instead of the story.
await using LocalDynamoDb? server = await TryStartAsync();

ServiceCollection services = new();
string prefix = args is ["migrate", ..] ? "quickstart-" : $"quickstart-{Guid.NewGuid():N}-";
services.AddUserStore(options => (options.ServiceUrl, options.TableNamePrefix) = (server?.Endpoint.ToString(), prefix))
    .AddMigrations(options => options.Migrations
        .AddCreateTables(undoBehavior: TableUndoBehavior.Delete)
        .AddReserveEmails()
        .Add("00000000000003_greet", GreetAsync, (_, _) => Task.CompletedTask, "Gives every user a greeting."));
services.AddSpectreMigrationReporter();
if (server is null)
    services.AddInMemoryUserStore();

await using ServiceProvider provider = services.BuildServiceProvider();
if (await provider.RunMigrationCommandAsync(args) is { } exitCode)
    return exitCode;

IUserStore users = provider.GetRequiredService<IUserStore>();
Say($"The store is {users.GetType().Name} on {server?.Description ?? "nothing but memory"}.");

IMigrationRunner migrations = provider.GetRequiredService<IMigrationRunner>();
MigrationRun run = await migrations.RunAsync();
Say($"The tables are ready, by {run.Steps.Count} migrations.");

User alice = await users.CreateAsync(new User { Name = "Alice Example", Email = "Alice@example.test", Tags = ["admin", "beta-tester"] });
Say($"Created {alice}.");

await RefusedAsync<UserAlreadyExistsException>("A second user with her id", () => users.CreateAsync(new User { UserId = alice.UserId }));

await RefusedAsync<EmailAlreadyInUseException>(
    "A second user with her email", () => users.CreateAsync(new User { Email = "ALICE@example.test" }));

User found = await users.GetAsync(alice.UserId, ReadConsistency.Strong);
Say($"Read {found}: equal to the created one: {found == alice}.");

User patched = await users.UpdateAsync(
    alice.UserId, new UserPatch<User>().Set(u => u.Name, "Alice Renamed").Increment(u => u.Age, 33).Append(u => u.Tags, "renamed"));
Say($"Changed name, age and tags in one request: {patched}, tags {string.Join(", ", patched.Tags)}.");

await RefusedAsync<UserConflictException>("Replacing the version read before", () => users.UpdateAsync(alice with { Name = "Alice Late" }));

User replaced = await users.UpdateAsync(patched with { Name = "Alice Again" });
Say($"Replaced the version read last: {replaced}.");

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

Say($"Read {read} active users in {pages} pages, each found by the token of the page before.");

User? deleted = await users.DeleteAsync(alice.UserId);
Say($"Deleted {deleted}; reading it now gives {await users.FindAsync(alice.UserId, ReadConsistency.Strong) ?? (object)"nothing"}.");
await migrations.DestroyAsync();
foreach (string table in server is null ? [] : new[] { "Users", "UserEmails" })
    await provider.GetRequiredService<IAmazonDynamoDB>().DeleteTableAsync(prefix + table);

return read == 9 && deleted == replaced ? 0 : throw new InvalidOperationException("The story did not end as told.");

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
        Say($"There is no local DynamoDB: {missing.Message}");
        return null;
    }
}

static async Task RefusedAsync<TException>(string what, Func<Task> call)
    where TException : UserStoreException
{
    try
    {
        await call();
    }
    catch (TException refused)
    {
        Say($"{what} is refused: {refused.Message}");
        return;
    }

    throw new InvalidOperationException($"{what} was not refused.");
}

static void Say(string line) => Console.WriteLine(line);
