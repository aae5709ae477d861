using System.Net;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;
using UserStore.Migrations.Running;

namespace UserStore.Tests.DynamoDb.Tables;

/// <summary>The operations of DynamoDB on tables and their settings, of which local servers have only some.</summary>
internal sealed class TableService
{
    private readonly Dictionary<string, TableDescription> _tables = [];
    private readonly Dictionary<string, Dictionary<string, string>> _tags = [];
    private readonly Dictionary<string, PointInTimeRecoveryDescription> _backups = [];

    public TableService() => Client = new DelegatingClient((request, _) => SendAsync(request));

    public IAmazonDynamoDB Client { get; }

    /// <summary>Gets the requests that were sent, each as its operation, its table, and what it changes.</summary>
    public List<string> Requests { get; } = [];

    public IEnumerable<string> Changes => Requests.Where(request => !request.StartsWith("Describe") && !request.StartsWith("List"));

    public CreateTableRequest? Created { get; private set; }

    /// <summary>Gets or sets what happens before a request is applied.</summary>
    public Action<AmazonWebServiceRequest> Before { get; set; } = _ => { };

    /// <summary>Gets or sets what happens after a request was applied, and before its response is received.</summary>
    public Action<AmazonWebServiceRequest> After { get; set; } = _ => { };

    /// <summary>Gets or sets the number of tags in one response.</summary>
    public int TagsPerPage { get; set; } = 10;

    public TableDescription this[string table] => _tables[table];

    public Dictionary<string, string> TagsOf(string table) => _tags[table];

    public PointInTimeRecoveryDescription? BackupsOf(string table) => _backups.GetValueOrDefault(table);

    public static AmazonDynamoDBException Invalid(string message)
        => new(message, ErrorType.Sender, "ValidationException", "r", HttpStatusCode.BadRequest);

    private Task<AmazonWebServiceResponse> SendAsync(AmazonWebServiceRequest request)
    {
        lock (_tables)
        {
            Requests.Add(Describe(request));
            Before(request);
            AmazonWebServiceResponse response = Apply(request);
            After(request);
            return Task.FromResult(response);
        }
    }

    private AmazonWebServiceResponse Apply(AmazonWebServiceRequest request) => request switch
    {
        CreateTableRequest create => Create(create),
        DescribeTableRequest describe => new DescribeTableResponse { Table = Find(describe.TableName) },
        UpdateTableRequest update => Update(update),
        DescribeTimeToLiveRequest => new DescribeTimeToLiveResponse
        {
            TimeToLiveDescription = new TimeToLiveDescription { TimeToLiveStatus = TimeToLiveStatus.ENABLED, AttributeName = "expires_at" },
        },
        TagResourceRequest tag => Tag(tag),
        ListTagsOfResourceRequest list => ListTags(list),
        UpdateContinuousBackupsRequest update => UpdateBackups(update),
        DescribeContinuousBackupsRequest describe => new DescribeContinuousBackupsResponse
        {
            ContinuousBackupsDescription = new ContinuousBackupsDescription { PointInTimeRecoveryDescription = BackupsOf(describe.TableName) },
        },
        ScanRequest => new ScanResponse { Items = [] },
        _ => throw new NotSupportedException(request.GetType().Name),
    };

    private CreateTableResponse Create(CreateTableRequest request)
    {
        if (_tables.ContainsKey(request.TableName))
            throw new ResourceInUseException("exists");
        Created = request;
        bool isProvisioned = request.BillingMode == BillingMode.PROVISIONED;
        _tables[request.TableName] = new TableDescription
        {
            TableName = request.TableName,
            TableArn = $"arn:aws:dynamodb:eu-central-1:123456789012:table/{request.TableName}",
            TableStatus = TableStatus.ACTIVE,
            KeySchema = request.KeySchema,
            AttributeDefinitions = request.AttributeDefinitions,
            BillingModeSummary = isProvisioned ? null : new BillingModeSummary { BillingMode = request.BillingMode },
            ProvisionedThroughput = new ProvisionedThroughputDescription { ReadCapacityUnits = isProvisioned ? 5 : 0 },
            DeletionProtectionEnabled = request.DeletionProtectionEnabled,
            GlobalSecondaryIndexes = [.. (request.GlobalSecondaryIndexes ?? []).Select(index => new GlobalSecondaryIndexDescription
            {
                IndexName = index.IndexName,
                KeySchema = index.KeySchema,
                Projection = index.Projection,
                IndexStatus = IndexStatus.ACTIVE,
                OnDemandThroughput = index.OnDemandThroughput,
                WarmThroughput = Warm(index.WarmThroughput, new GlobalSecondaryIndexWarmThroughputDescription()),
            })],
        };
        _tags[request.TableName] = (request.Tags ?? []).ToDictionary(tag => tag.Key, tag => tag.Value);
        Set(_tables[request.TableName], request.SSESpecification, request.TableClass, request.OnDemandThroughput, request.WarmThroughput);
        return new CreateTableResponse();
    }

    private UpdateTableResponse Update(UpdateTableRequest request)
    {
        TableDescription table = Find(request.TableName);
        if (Describe(request).Count(character => character == '+') != 1)
            throw Invalid("One change at a time.");
        RejectDecrease(request.WarmThroughput, table.WarmThroughput?.ReadUnitsPerSecond, table.WarmThroughput?.WriteUnitsPerSecond);
        table.DeletionProtectionEnabled = request.DeletionProtectionEnabled ?? table.DeletionProtectionEnabled;
        Set(table, request.SSESpecification, request.TableClass, request.OnDemandThroughput, request.WarmThroughput);
        List<GlobalSecondaryIndexUpdate> indexes = request.GlobalSecondaryIndexUpdates ?? [];
        foreach (CreateGlobalSecondaryIndexAction create in indexes.Select(index => index.Create).OfType<CreateGlobalSecondaryIndexAction>())
        {
            table.GlobalSecondaryIndexes.Add(new GlobalSecondaryIndexDescription
            {
                IndexName = create.IndexName,
                KeySchema = create.KeySchema,
                Projection = create.Projection,
                IndexStatus = IndexStatus.ACTIVE,
                OnDemandThroughput = create.OnDemandThroughput,
                WarmThroughput = Warm(create.WarmThroughput, new GlobalSecondaryIndexWarmThroughputDescription()),
            });
        }

        foreach (UpdateGlobalSecondaryIndexAction change in indexes.Select(index => index.Update).OfType<UpdateGlobalSecondaryIndexAction>())
        {
            GlobalSecondaryIndexDescription index = table.GlobalSecondaryIndexes.Single(index => index.IndexName == change.IndexName);
            RejectDecrease(change.WarmThroughput, index.WarmThroughput.ReadUnitsPerSecond, index.WarmThroughput.WriteUnitsPerSecond);
            index.OnDemandThroughput = change.OnDemandThroughput ?? index.OnDemandThroughput;
            index.WarmThroughput = Warm(change.WarmThroughput, index.WarmThroughput);
        }

        return new UpdateTableResponse();
    }

    private static void Set(
        TableDescription table, SSESpecification? encryption, TableClass? tableClass, OnDemandThroughput? maximum, WarmThroughput? warm)
    {
        if (encryption is not null)
        {
            string key = encryption.KMSMasterKeyId is null or ['a', 'l', ..] ? "behind-the-alias" : encryption.KMSMasterKeyId.Split('/')[^1];
            table.SSEDescription = new SSEDescription
            {
                Status = SSEStatus.ENABLED,
                SSEType = SSEType.KMS,
                KMSMasterKeyArn = $"arn:aws:kms:eu-central-1:123456789012:key/{key}",
            };
        }

        if (tableClass is not null)
            table.TableClassSummary = new TableClassSummary { TableClass = tableClass };
        table.OnDemandThroughput = maximum ?? table.OnDemandThroughput;
        table.WarmThroughput ??= new TableWarmThroughputDescription { Status = TableStatus.ACTIVE, ReadUnitsPerSecond = 12_000, WriteUnitsPerSecond = 4_000 };
        table.WarmThroughput.ReadUnitsPerSecond = warm?.ReadUnitsPerSecond ?? table.WarmThroughput.ReadUnitsPerSecond;
        table.WarmThroughput.WriteUnitsPerSecond = warm?.WriteUnitsPerSecond ?? table.WarmThroughput.WriteUnitsPerSecond;
    }

    private static GlobalSecondaryIndexWarmThroughputDescription Warm(WarmThroughput? requested, GlobalSecondaryIndexWarmThroughputDescription before)
        => new()
        {
            Status = IndexStatus.ACTIVE,
            ReadUnitsPerSecond = requested?.ReadUnitsPerSecond ?? before.ReadUnitsPerSecond ?? 12_000,
            WriteUnitsPerSecond = requested?.WriteUnitsPerSecond ?? before.WriteUnitsPerSecond ?? 4_000,
        };

    private static void RejectDecrease(WarmThroughput? requested, long? reads, long? writes)
    {
        if (requested?.ReadUnitsPerSecond < reads || requested?.WriteUnitsPerSecond < writes)
            throw Invalid("Decreasing WarmThroughput is not supported.");
    }

    private TagResourceResponse Tag(TagResourceRequest request)
    {
        foreach (Tag tag in request.Tags)
            _tags[NameIn(request.ResourceArn)][tag.Key] = tag.Value;
        return new TagResourceResponse();
    }

    private ListTagsOfResourceResponse ListTags(ListTagsOfResourceRequest request)
    {
        int start = request.NextToken is null ? 0 : int.Parse(request.NextToken, null);
        Tag[] rest = [.. _tags[NameIn(request.ResourceArn)].Select(tag => new Tag { Key = tag.Key, Value = tag.Value }).Skip(start)];
        return new ListTagsOfResourceResponse { Tags = [.. rest.Take(TagsPerPage)], NextToken = rest.Length > TagsPerPage ? $"{start + TagsPerPage}" : null };
    }

    private UpdateContinuousBackupsResponse UpdateBackups(UpdateContinuousBackupsRequest request)
    {
        _backups[request.TableName] = new PointInTimeRecoveryDescription
        {
            PointInTimeRecoveryStatus = PointInTimeRecoveryStatus.ENABLED,
            RecoveryPeriodInDays = request.PointInTimeRecoverySpecification.RecoveryPeriodInDays ?? 35,
        };
        return new UpdateContinuousBackupsResponse();
    }

    private TableDescription Find(string table) => _tables.GetValueOrDefault(table) ?? throw new ResourceNotFoundException("none");

    private static string NameIn(string arn) => arn.Split('/')[^1];

    private static string Describe(AmazonWebServiceRequest request) => request switch
    {
        UpdateTableRequest update => $"UpdateTable {update.TableName}"
            + (update.DeletionProtectionEnabled is null ? "" : " +protection")
            + (update.SSESpecification is null ? "" : $" +key {update.SSESpecification.KMSMasterKeyId}".TrimEnd())
            + (update.TableClass is null ? "" : $" +{update.TableClass}")
            + (update.OnDemandThroughput is null ? "" : " +maximum")
            + (update.WarmThroughput is null ? "" : " +warm")
            + string.Concat((update.GlobalSecondaryIndexUpdates ?? []).Select(index => " +"
                + (index.Create is null ? "" : $"index {index.Create.IndexName}")
                + (index.Update?.OnDemandThroughput is null ? "" : $"maximum of {index.Update.IndexName}")
                + (index.Update?.WarmThroughput is null ? "" : $"warm of {index.Update.IndexName}"))),
        CreateTableRequest create => $"CreateTable {create.TableName}",
        TagResourceRequest tag => $"TagResource {NameIn(tag.ResourceArn)} {string.Join(", ", tag.Tags.Select(one => one.Key))}",
        UpdateContinuousBackupsRequest update => $"UpdateContinuousBackups {update.TableName}",
        _ => request.GetType().Name.Replace("Request", ""),
    };
}
