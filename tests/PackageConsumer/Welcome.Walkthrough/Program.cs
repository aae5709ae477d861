using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using UserStore;
using UserStore.Testing;
using Welcome;

// Stores members on a local server, as an application that is published trimmed or with native AOT. Nothing here or in the library roots a type.
// An unexpected result ends the program with an error.
await using LocalDynamoDb server = await LocalDynamoDb.StartAsync();
using AmazonDynamoDBClient client = server.CreateClient();
string prefix = $"walkthrough-{Guid.NewGuid():N}-";
IConfiguration settings = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
{
    ["ServiceUrl"] = server.Endpoint.ToString(),
    ["TableNamePrefix"] = prefix,
    ["Retry:Timeout"] = "00:00:20",
    ["Privacy:TombstoneRetention"] = "50.00:00:00",
}).Build();
await using ServiceProvider provider = new ServiceCollection()
    .AddMembers(options => settings.Bind(options, binder => binder.ErrorOnUnknownConfiguration = true)).BuildServiceProvider();
UserStoreOptions bound = provider.GetRequiredService<IOptionsMonitor<UserStoreOptions>>().Get(typeof(Member).FullName);
Check(bound.Retry.Timeout.TotalSeconds == 20 && bound.Privacy.TombstoneRetention.TotalDays == 50, "the options are bound differently");
IUserStore<Member> members = provider.GetRequiredService<IUserStore<Member>>();
await members.EnsureTablesAsync();

HealthReport health = await provider.GetRequiredService<HealthCheckService>().CheckHealthAsync();
HealthReportEntry entry = health.Entries["members"];
Check(entry.Status == HealthStatus.Healthy && entry.Description!.Contains("generated mapping"), $"the store is {entry.Status}: {entry.Description}");
Say(entry.Description!);

Member created = await members.CreateAsync(NewMember("Fake Member", "fake@example.test"));
Member read = await members.GetAsync(created.Id!, ReadConsistency.Strong);
Check(Text(read) == Text(created), "the member is read differently");
Say($"Created and read {Text(read)}.");

await RefusedAsync<UserValueInUseException>(() => members.CreateAsync(NewMember("Fake Twin", "FAKE@example.test")));
await RefusedAsync<InvalidUserException>(() => members.CreateAsync(NewMember(new string('x', 500_000), "large@example.test")));
Say("Refused a second member with the same email, and one that is too large.");

for (int number = 1; number <= 4; number++)
    await members.CreateAsync(NewMember($"Fake Member {number}", $"fake.{number}@example.test"));
var query = new UserQuery<Member>("level-index", MemberLevel.Regular) { PageSize = 2 };
UserPage<Member> page = await members.QueryPageAsync(query);
(int pages, int found) = (1, page.Users.Count);
for (; page.HasMore; (pages, found) = (pages + 1, found + page.Users.Count))
    page = await members.QueryPageAsync(query, page.ContinuationToken);
Check(found == 5 && pages >= 3, $"{found} members were read in {pages} pages");
Say($"Read {found} members in {pages} pages.");

// Generated code leaves numbers in another form to the SDK's context, which then finds the types of the whole item by reflection.
string table = prefix + "Members";
Dictionary<string, AttributeValue> item = (await client.GetItemAsync(table, new() { ["id"] = new AttributeValue(created.Id) }, consistentRead: true)).Item;
item["id"] = new AttributeValue("fake-other");
item["Scores"] = new AttributeValue { NS = ["10", "20", "30"] };
await client.PutItemAsync(table, item);
Member other = await members.GetAsync("fake-other", ReadConsistency.Strong);
Check(Text(other) == Text(created), $"the item of another program is read as {Text(other)}");
Say("Read the same values from an item that another program wrote in a form of its own.");

var patch = new UserPatch<Member>()
    .Set(member => member.Home, new Member.Address { City = "Fakeville", Lines = ["New Street 7"] })
    .Set(member => member.Level, MemberLevel.Honorary)
    .Append(member => member.Scores, 40, 50);
Member patched = await members.UpdateAsync(created.Id!, patch);
Check(patched is { Level: MemberLevel.Honorary, Home.Lines: ["New Street 7"], Scores: [10, 20, 30, 40, 50] }, "the member is patched differently");

Member saved = await members.UpdateAsync(patched with { Stays = null, Addresses = [], Requested = null });
Check(Text(await members.GetAsync(saved.Id!, ReadConsistency.Strong)) == Text(saved) && saved.Addresses.Count == 0, "the member is saved differently");
await RefusedAsync<UserConflictException>(() => members.UpdateAsync(created with { Name = "Fake Late" }));
Say($"Patched and saved {Text(saved)}, and refused to save what has changed since.");

await client.DeleteTableAsync(table);
await client.DeleteTableAsync(prefix + "MembersReservations");
Say("All results are as expected.");

static Member NewMember(string name, string email) => new()
{
    Name = name,
    Email = email,
    Level = MemberLevel.Regular,
    Requested = MemberLevel.Honorary,
    Scores = [10, 20, 30],
    Friends = [1, 5_000_000_000],
    Position = [1.5, -2],
    Home = new Member.Address { City = "Faketown", Lines = ["Fake Street 1", "Door 2"] },
    Stays = [new Stay(new DateOnly(2026, 1, 31), 3)],
    Addresses = new() { ["work"] = new Member.Address { Lines = [] } },
    Fees = new() { ["2026"] = 12.5m },
    Quota = new Quota(3, 10),
};

static string Text(Member member) => string.Join(
    ", ",
    [
        member.Name, member.Email, member.Level, member.Requested, .. member.Scores, .. member.Friends.Order(), .. member.Position ?? [],
        Address(member.Home), .. member.Stays ?? [], .. member.Addresses.Select(address => $"{address.Key}: {Address(address.Value)}"),
        .. member.Fees ?? [], member.Quota, member.Version,
    ]);

static string Address(Member.Address? address) => address is null ? "none" : $"{address.City} {string.Join('/', address.Lines)}";

static async Task RefusedAsync<TException>(Func<Task> call)
    where TException : UserStoreException
{
    try
    {
        await call();
    }
    catch (TException)
    {
        return;
    }

    throw new InvalidOperationException($"{typeof(TException).Name} was expected, and nothing was thrown.");
}

static void Check(bool isAsExpected, string otherwise)
{
    if (!isAsExpected)
        throw new InvalidOperationException($"Unexpected: {otherwise}.");
}

static void Say(string line) => Console.WriteLine(line);
