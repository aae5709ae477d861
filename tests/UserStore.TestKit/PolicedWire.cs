using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json;
using Amazon.Runtime;
using UserStore.Schema;

namespace UserStore.TestKit;

/// <summary>Allows the requests that a policy allows, as IAM does, and records the denied requests and the required permissions.</summary>
public sealed class PolicedWire(string policy) : HttpClientFactory
{
    private static readonly SocketsHttpHandler Network = new();

    private readonly HashSet<(string Action, string Resource)> _allowed = Read(policy);

    /// <summary>Gets the operations that the policies of all roles allow, with those that require the permissions of their parts.</summary>
    public static IReadOnlyCollection<string> OperationsOfAllRoles { get; } = FindOperations();

    /// <summary>Gets the permissions that were required and allowed, by table, index or stream.</summary>
    public ConcurrentDictionary<(string Action, string Resource), bool> Used { get; } = [];

    public ConcurrentQueue<(string Action, string Resource)> Denied { get; } = [];

    /// <summary>Gets the permissions that the policy grants.</summary>
    public IReadOnlySet<(string Action, string Resource)> Allowed => _allowed;

    public override HttpClient CreateHttpClient(IClientConfig clientConfig) => new(new Handler(this), disposeHandler: false);

    private static string[] FindOperations()
    {
        UserStoreSchema[] schemas = [.. new[] { true, false }.Select(
            unique => UserStoreSchema.For<User>(new UserStoreOptions
            {
                UniqueEmails = unique,
                StreamViewType = TableStreamViewType.NewAndOldImages,
                DeletionProtection = true,
                PointInTimeRecovery = true,
                Tags = { ["team"] = "identity" },
            }))];
        IEnumerable<string> permitted =
            from schema in schemas
            from role in Enum.GetValues<UserStoreRole>()
            from permission in Read(UserStorePolicy.Create(schema, role, new UserStorePolicyOptions
            {
                AccountId = "123456789012",
                Region = "us-east-1",
                Migrations = schema.MigrationTables(),
                Replications = { new ReplicationDefinition(schema.Users, schema.Users) },
                AllowTableDeletion = true,
            }))
            select permission.Action;
        return [.. permitted.Distinct(), "TransactGetItems", "TransactWriteItems"];
    }

    private static HashSet<(string Action, string Resource)> Read(string policy)
    {
        using JsonDocument document = JsonDocument.Parse(policy);
        return [.. from statement in document.RootElement.GetProperty("Statement").EnumerateArray()
            from action in statement.GetProperty("Action").EnumerateArray()
            from resource in statement.GetProperty("Resource").EnumerateArray()
            select (action.GetString()!.Split(':')[1], resource.GetString()!.Split(":table/")[^1])];
    }

    /// <summary>Returns the permissions that IAM requires for a request: a transaction requires those of its actions.</summary>
    private static IEnumerable<(string Action, string Resource)> Needed(string operation, JsonElement body)
    {
        if (operation is "BatchGetItem" or "BatchWriteItem")
            return body.GetProperty("RequestItems").EnumerateObject().Select(table => (operation, table.Name));
        if (operation is "TransactGetItems" or "TransactWriteItems")
        {
            return from item in body.GetProperty("TransactItems").EnumerateArray()
                   from action in item.EnumerateObject()
                   select (action.Name == "ConditionCheck" ? "ConditionCheckItem" : $"{action.Name}Item", NameOf(action.Value));
        }

        if (operation == "CreateTable" && body.TryGetProperty("Tags", out _))
            return [(operation, NameOf(body)), ("TagResource", NameOf(body))];
        return [(operation, body.TryGetProperty("IndexName", out JsonElement index) ? $"{NameOf(body)}/index/{index.GetString()}" : NameOf(body))];
    }

    private static string NameOf(JsonElement request) => request.TryGetProperty("ResourceArn", out JsonElement arn)
        ? arn.GetString()!.Split(":table/")[^1]
        : request.GetProperty("TableName").GetString()!;

    private sealed class Handler(PolicedWire wire) : DelegatingHandler(Network)
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            string operation = request.Headers.GetValues("X-Amz-Target").Single().Split('.')[1];
            using JsonDocument body = JsonDocument.Parse(await request.Content!.ReadAsStringAsync(cancellationToken));
            foreach ((string Action, string Resource) permission in Needed(operation, body.RootElement))
            {
                if (wire._allowed.Contains(permission))
                {
                    wire.Used[permission] = true;
                    continue;
                }

                wire.Denied.Enqueue(permission);
                return new HttpResponseMessage(HttpStatusCode.BadRequest)
                {
                    RequestMessage = request,
                    Content = new StringContent(
                        """{"__type":"com.amazon.coral.service#AccessDeniedException","message":"not authorized"}""",
                        Encoding.UTF8, "application/x-amz-json-1.0"),
                };
            }

            return await base.SendAsync(request, cancellationToken);
        }
    }
}
