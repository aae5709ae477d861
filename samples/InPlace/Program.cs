using System.Text.Json;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.DataModel;
using Amazon.DynamoDBv2.Model;
using InPlace;
using InPlace.Before;
using Microsoft.Extensions.DependencyInjection;
using UserStore;
using UserStore.Migrations;
using UserStore.Testing;

// Uses the server that DYNAMODB_ENDPOINT names, otherwise a local server that stops with the program. An unexpected result ends the program with an error.
await using LocalDynamoDb server = await LocalDynamoDb.StartAsync();
using var wire = new FaultyWire();
using AmazonDynamoDBClient client = server.CreateClient(config => config.HttpClientFactory = wire);
string prefix = $"inplace-{Guid.NewGuid():N}-";
Say($"The server is {server.Description}.");

Say("Before: a repository on DynamoDBContext");
await CustomerTable.CreateAsync(client, prefix + "Customers");
using DynamoDBContext context = new DynamoDBContextBuilder()
    .WithDynamoDBClient(() => client).ConfigureContext(config => config.TableNamePrefix = prefix).Build();
var repository = new CustomerRepository(context);
Customer first = (await repository.SignUpAsync("fake.1@example.test", "Fake 1"))!;
for (int number = 2; number <= 5; number++)
    Check(await repository.SignUpAsync($"fake.{number}@example.test", $"Fake {number}") is not null, "a sign-up was refused");
Check(await repository.SignUpAsync("Fake.1@example.test", "Fake") is null, "an email was used twice");
Say("  It stored 5 customers and refused a sign-up with the email of one of them.");

Customer?[] racers = await RaceAsync("UpdateItem", 2, _ => repository.SignUpAsync("fake.race@example.test", "Racer"));
Check(racers is [{ } one, { } two] && one.Email == two.Email, "the race did not end with two customers");
Say($"  Two concurrent sign-ups with one email both succeeded: {racers[0]!.Id} and {racers[1]!.Id}.");

Say("The store over the same class and table");
var services = new ServiceCollection();
services.AddSingleton<IAmazonDynamoDB>(client);
services.AddUserStore<Customer>(options => options.TableNamePrefix = prefix)
    .AddMigrations(options => options.Migrations.AddCreateTables().AddReserveUniqueValues());
await using ServiceProvider provider = services.BuildServiceProvider();
IUserStore<Customer> customers = provider.GetRequiredService<IUserStore<Customer>>();
IUniqueValueAudit<Customer> audit = provider.GetRequiredService<IUniqueValueAudit<Customer>>();
IMigrationRunner migrations = provider.GetRequiredService<IMigrationRunner>();

Dictionary<string, string> before = await ItemsAsync();
MigrationFailedException failure = await RefusedAsync<MigrationFailedException>(() => migrations.RunAsync());
Check(racers.All(racer => failure.Message.Contains($"{racer!.Id}", StringComparison.Ordinal)), "the migration did not name both customers");
Check((await client.ScanAsync(new ScanRequest(prefix + "CustomersReservations") { ConsistentRead = true })).Items.Count == 5, "other emails are reserved");
Check((await ItemsAsync()).ToHashSet().SetEquals(before), "an item was changed");
Say($"  Migration {failure.MigrationId} reserved the emails of 5 customers and failed because of the other 2.");
Say($"  All {before.Count} items of the table are as they were.");

List<UniqueValueFinding> findings = await FindingsAsync(audit.CheckAsync());
Check(findings.Count == 2 && findings.TrueForAll(finding => finding.Problem == UniqueValueProblem.DuplicateValue), "the audit did not find the email");
Say($"  The audit reports {findings[0]}.");
await customers.UpdateAsync(racers[1]!.Id, new UserPatch<Customer>().Set(customer => customer.Email, "fake.second@example.test"));
await migrations.RunAsync();
Check(await FindingsAsync(audit.CheckAsync()) is [], "the audit has findings");
Say($"  Customer {racers[1]!.Id} received another email. The migration is applied, and the audit finds nothing.");

Say("Both side by side");
Customer created = await customers.CreateAsync(new Customer { Id = Guid.NewGuid(), Email = "Fake.6@example.test", Interests = ["news"], WantsNews = true });
Customer loaded = (await repository.FindAsync(created.Id))!;
Check((loaded.Email, loaded.WantsNews, loaded.Version, loaded.CreatedAt) == ("fake.6@example.test", true, 1, created.CreatedAt), "it was read differently");
Check(loaded.Interests is ["news"] && (await repository.FindByEmailAsync("fake.6@example.test"))!.Id == created.Id, "it was read differently");
Say($"  The repository reads customer {created.Id}, which the store created.");

Customer read = await customers.GetAsync(first.Id, ReadConsistency.Strong);
Check((read.Email, read.WantsNews, read.Version, read.CreatedAt.Kind) == (first.Email, true, first.Version, DateTimeKind.Utc), "it was read differently");
await repository.RenameAsync(first.Id, "Renamed");
UserConflictException conflict = await RefusedAsync<UserConflictException>(() => customers.UpdateAsync(read));
Check((await customers.GetAsync(first.Id, ReadConsistency.Strong)).Name == "Renamed", "the change of the repository was lost");
Say($"  The store reads customer {first.Id}, and does not overwrite what the repository changed: version {conflict.ActualVersion} is stored.");

await repository.SignUpAsync("fake.7@example.test", "Fake 7");
findings = await FindingsAsync(audit.RepairAsync());
Check(findings is [{ Problem: UniqueValueProblem.UserWithoutReservation, IsRepaired: true }], "the audit did not reserve the email");
Check(await FindingsAsync(audit.CheckAsync()) is [], "the audit has findings");
Say($"  The repository does not reserve emails; the audit reserved that of its next customer, {findings[0].Key}.");

Say("The same race through the store");
object[] outcomes = await RaceAsync("TransactWriteItems", 20, async _ =>
{
    try
    {
        return (object)await customers.CreateAsync(new Customer { Id = Guid.NewGuid(), Email = "fake.second.race@example.test" });
    }
    catch (UserValueInUseException inUse)
    {
        return inUse;
    }
});
Customer winner = outcomes.OfType<Customer>().Single();
Check(outcomes.OfType<UserValueInUseException>().Count(inUse => inUse.OwnerKey == winner.Id) == 19, "a sign-up had another outcome");
Check(await FindingsAsync(audit.CheckAsync()) is [], "the audit has findings");
Say($"  Of 20 concurrent sign-ups with one email, that of {winner.Id} succeeded, and 19 were refused. The audit finds nothing.");

Dictionary<string, string> after = await ItemsAsync();
Check(after.Count == before.Count + 3, "there are other customers");
Check(before.Count(item => after[item.Key] == item.Value) == before.Count - 2, "other items than those of two changed customers were changed");
Say($"  Of the {before.Count} items from before, only the 2 that were written since have changed.");

await migrations.DestroyAsync();
foreach (string table in new[] { "Customers", "CustomersReservations" })
    await client.DeleteTableAsync(prefix + table);

static void Say(string line) => Console.WriteLine(line);

static void Check(bool holds, string otherwise)
{
    if (!holds)
        throw new InvalidOperationException($"Unexpected: {otherwise}.");
}

static async Task<TException> RefusedAsync<TException>(Func<Task> call)
    where TException : UserStoreException
{
    try
    {
        await call();
    }
    catch (TException refused)
    {
        return refused;
    }

    throw new InvalidOperationException($"Unexpected: {typeof(TException).Name} was not thrown.");
}

static async Task<List<UniqueValueFinding>> FindingsAsync(IAsyncEnumerable<UniqueValueAuditPage> pages)
{
    var findings = new List<UniqueValueFinding>();
    await foreach (UniqueValueAuditPage page in pages)
        findings.AddRange(page.Findings);
    return findings;
}

// No caller writes before all of them have read.
async Task<T[]> RaceAsync<T>(string writeOperation, int callers, Func<int, Task<T>> call)
{
    wire.BeforeRequest = new StartLine(writeOperation, callers).PassAsync;
    T[] results = await Task.WhenAll(Enumerable.Range(1, callers).Select(call));
    wire.BeforeRequest = null;
    return results;
}

async Task<Dictionary<string, string>> ItemsAsync()
{
    ScanResponse scan = await client.ScanAsync(new ScanRequest(prefix + "Customers") { ConsistentRead = true });
    return scan.Items.ToDictionary(
        item => item["id"].S, item => JsonSerializer.Serialize(new SortedDictionary<string, AttributeValue>(item, StringComparer.Ordinal)));
}
