using System.Net;
using Amazon.DynamoDBv2;
using UserStore.DynamoDb;

namespace UserStore.Tests.DynamoDb.Sending;

/// <summary>Responses that the SDK cannot read to an end are lost responses, whoever reads them.</summary>
public sealed class ResponseIntegrityTests
{
    private const string Item = """{"user_id":{"S":"fake-1"},"version":{"N":"1"},"age":VALUE}""";
    private const string Refused = """{"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException","message":"no","Item":ITEM}""";
    private const string Cancelled = """
        {"__type":"com.amazonaws.dynamodb.v20120810#TransactionCanceledException","message":"no",
        "CancellationReasons":[{"Code":"ConditionalCheckFailed","Item":ITEM},{"Code":"None"}]}
        """;

    private static readonly Dictionary<string, Call> Calls = new()
    {
        ["find"] = new("GetItem", """{"Item":ITEM}""", store => store.FindAsync("fake-1")),
        ["query"] = new("Query", """{"Count":1,"Items":[ITEM]}""", store => store.QueryPageAsync(new("status-index", "open"))),
        ["list"] = new("Scan", """{"Count":1,"Items":[ITEM]}""", store => store.ListPageAsync()),
        ["find many"] = new("BatchGetItem", """{"Responses":{"users":[ITEM]}}""", store => store.FindManyAsync(["fake-1"]).ToListAsync().AsTask()),
        ["patch"] = new("UpdateItem", """{"Attributes":ITEM}""", store => store.UpdateAsync("fake-1", new UserPatch<User>().Set(user => user.Age, 1))),
        ["refused patch"] = new(
            "UpdateItem", Refused, store => store.UpdateAsync("fake-1", new UserPatch<User>().Set(user => user.Age, 1)), HttpStatusCode.BadRequest),
        ["create"] = new(
            "TransactWriteItems", Cancelled, store => store.CreateAsync(new() { UserId = "fake-1", Email = "a@fake.test" }), HttpStatusCode.BadRequest),
        ["describe"] = new("DescribeTable", """{"Table":{"TableName":"users","TableStatus":"ACTIVE","KeySchema":VALUE}}""", store => store.EnsureTablesAsync()),
    };

    private static readonly Dictionary<string, string> Values = new()
    {
        ["list: object"] = """{"L":{}}""",
        ["list: string"] = """{"L":"x"}""",
        ["list: number"] = """{"L":5}""",
        ["list of strings"] = """{"L":["x"]}""",
        ["list of maps of strings"] = """{"L":[{"M":{"b":"x"}}]}""",
        ["set: object"] = """{"SS":{}}""",
        ["map: array"] = """{"M":[]}""",
        ["nested"] = string.Concat(Enumerable.Repeat("""{"L":[""", 50_000)),
        ["unterminated"] = """{"L":[{"S":""",
    };

    public static TheoryData<string, string, UserMapping, bool> Cases()
    {
        var cases = new TheoryData<string, string, UserMapping, bool>();
        foreach (string call in Calls.Keys)
        {
            foreach (string value in Values.Keys)
            {
                cases.Add(call, value, UserMapping.Context, false);
                cases.Add(call, value, UserMapping.Context, true);
                cases.Add(call, value, UserMapping.Generated, false);
                cases.Add(call, value, UserMapping.Generated, true);
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public Task A_response_without_an_end_is_lost(string call, string value, UserMapping mapping, bool hasChecksum)
        => CheckAsync(call, value, mapping, hasChecksum, wire => wire.CreateClient());

    [Theory]
    [MemberData(nameof(Cases))]
    public Task A_response_without_an_end_is_lost_with_a_client_of_the_application(string call, string value, UserMapping mapping, bool retries)
        => CheckAsync(call, value, mapping, hasChecksum: false, wire => wire.CreateClient(retries ? 1 : 0));

    private static Task CheckAsync(
        string name, string value, UserMapping mapping, bool hasChecksum, Func<CannedWire, AmazonDynamoDBClient> create)
        => Bounded.RunAsync($"{name}, {value}", async () =>
        {
            Call call = Calls[name];
            string body = call.Body.Replace("ITEM", Item, StringComparison.Ordinal).Replace("VALUE", Values[value], StringComparison.Ordinal);
            int damaged = 0;
            var wire = new CannedWire(request =>
            {
                bool isOfCall = request.Headers.GetValues("X-Amz-Target").Single().EndsWith($".{call.Operation}", StringComparison.Ordinal);
                damaged += isOfCall ? 1 : 0;
                HttpResponseMessage response = isOfCall ? CannedWire.Json(body, call.Status) : new(HttpStatusCode.ServiceUnavailable);
                return hasChecksum ? CannedWire.WithChecksumAsync(response).Result : response;
            });
            using AmazonDynamoDBClient client = create(wire);
            var store = new DynamoDbUserStore<User>(client, new() { Mapping = mapping, Retry = { Timeout = TimeSpan.Zero } });

            UserStoreException failure = (await FluentActions.Awaiting(() => call.Invoke(store)).Should().ThrowAsync<UserStoreException>()).Which;

            (failure is UserWriteOutcomeUnknownException or UserStoreUnavailableException { IsTransient: true }).Should().BeTrue("{0}", failure);
            Bounded.ShouldNotBeOutOfMemory(failure);
            damaged.Should().BePositive();
        });

    private sealed record Call(
        string Operation, string Body, Func<DynamoDbUserStore<User>, Task> Invoke, HttpStatusCode Status = HttpStatusCode.OK);
}
