using System.Globalization;
using System.Net;
using Amazon.DynamoDBv2;
using Amazon.Runtime;
using UserStore.DynamoDb;
using UserStore.Testing;

namespace UserStore.ServerTests.Writes;

/// <summary>The clock of the host differs from that of DynamoDB, which refuses signatures that are not of the last minutes.</summary>
public sealed class SkewedClockTests : ServerTest
{
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    private int _refused;

    public static TheoryData<string, int, ClientKind> Skews
    {
        get
        {
            var data = new TheoryData<string, int, ClientKind>();
            foreach (string code in new[] { "InvalidSignatureException", "RequestTimeTooSkewed" })
            {
                foreach (int hours in new[] { 1, -1 })
                {
                    data.Add(code, hours, ClientKind.UserStore);
                    data.Add(code, hours, ClientKind.Service);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Skews))]
    public async Task The_first_call_of_a_process_succeeds_whether_it_reads_or_writes(string code, int hours, ClientKind kind)
    {
        await CreateStoreAsync();
        await Other().CreateAsync(FakeUsers.Create(1) with { Age = 0 });
        Func<DynamoDbUserStore<User>, Task>[] calls =
        [
            store => store.FindAsync("fake-1"),
            store => store.UpdateAsync("fake-1", new UserPatch<User>().Increment(user => user.Age, 1)),
            store => store.CreateAsync(FakeUsers.Create(2)),
            store => store.ListAsync().ReadAllAsync(),
        ];

        foreach (Func<DynamoDbUserStore<User>, Task> call in calls)
        {
            using AmazonDynamoDBClient client = ClientOfNewProcess(code, TimeSpan.FromHours(hours), kind);
            _refused = 0;
            await call(new DynamoDbUserStore<User>(client, Options, Stores.Time));
            await new DynamoDbUserStore<User>(client, Options, Stores.Time).FindAsync("fake-1");
            _refused.Should().Be(1, "the SDK remembers the difference");
        }

        (await Other().GetAsync("fake-1", ReadConsistency.Strong)).Age.Should().Be(1);
    }

    // The SDK corrects its clock for each endpoint of a process: a new endpoint is like a new process.
    private AmazonDynamoDBClient ClientOfNewProcess(string code, TimeSpan ahead, ClientKind kind)
    {
        var wire = new InterceptedWire(async (request, _, send) =>
        {
            DateTimeOffset now = DateTimeOffset.UtcNow + ahead;
            string date = request.Headers.GetValues("X-Amz-Date").Single();
            var signed = DateTimeOffset.ParseExact(date, "yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
            bool isAccepted = (signed - now).Duration() < Tolerance;
            if (!isAccepted)
                _refused++;
            HttpResponseMessage response = isAccepted ? await send() : InterceptedWire.Error(HttpStatusCode.BadRequest, code);
            response.Headers.Date = now;
            return response;
        });
        string endpoint = $"http://{Guid.NewGuid():N}.example.test";
        return kind == ClientKind.UserStore
            ? Server.CreateClient(config => (config.ServiceURL, config.HttpClientFactory) = (endpoint, wire))
            : new AmazonDynamoDBClient(
                new BasicAWSCredentials("local", "local"),
                new AmazonDynamoDBConfig { ServiceURL = endpoint, AuthenticationRegion = "us-east-1", HttpClientFactory = wire });
    }
}
