using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb.Tables;
using UserStore.Modeling;
using UserStore.Tests.DependencyInjection;

namespace UserStore.Tests.DynamoDb.Tables;

public sealed class TableSchemaTests
{
    private readonly UserStoreOptions _options = new() { ReadCapacityUnits = 7, WriteCapacityUnits = 3 };

    [Fact]
    public void Names_come_from_type_and_options()
    {
        _options.TableNamePrefix = "dev-";
        _options.IndexNames["team-index"] = "members-by-team";

        CreateTableRequest request = Schema().ToCreateRequest();

        request.TableName.Should().Be("dev-Users");
        request.GlobalSecondaryIndexes.Select(index => index.IndexName).Should().BeEquivalentTo(
            "email-index", "status-index", "members-by-team");
        request.AttributeDefinitions.Select(attribute => attribute.AttributeName).Should().BeEquivalentTo(
            "user_id", "email", "status", "created_at", "team");
    }

    [Theory]
    [InlineData(TableBillingMode.OnDemand, 5L, true)]
    [InlineData(TableBillingMode.Provisioned, 0L, false)]
    public void An_index_is_added_with_the_billing_mode_of_the_table(TableBillingMode billing, long unitsOfTheTable, bool provisioned)
    {
        _options.BillingMode = billing;
        TableSchema schema = Schema();
        var table = new TableDescription { ProvisionedThroughput = new() { ReadCapacityUnits = unitsOfTheTable } };

        CreateGlobalSecondaryIndexAction added = schema.ToAddIndexRequest(schema.Indexes[0], table).GlobalSecondaryIndexUpdates.Single().Create;

        (added.ProvisionedThroughput?.ReadCapacityUnits).Should().Be(provisioned ? 7 : null);
    }

    [Fact]
    public void Streams_and_time_to_live_follow_the_options()
    {
        Dictionary<TableStreamViewType, StreamViewType?> views = new()
        {
            [TableStreamViewType.None] = null,
            [TableStreamViewType.KeysOnly] = StreamViewType.KEYS_ONLY,
            [TableStreamViewType.NewImage] = StreamViewType.NEW_IMAGE,
            [TableStreamViewType.OldImage] = StreamViewType.OLD_IMAGE,
            [TableStreamViewType.NewAndOldImages] = StreamViewType.NEW_AND_OLD_IMAGES,
        };
        foreach ((TableStreamViewType view, StreamViewType? type) in views)
        {
            _options.StreamViewType = view;
            Schema().ToCreateRequest().StreamSpecification?.StreamViewType.Should().Be(type);
            (Schema().Stream is null).Should().Be(type is null);
        }

        Schema().TimeToLiveAttribute.Should().Be("expires_at");
        _options.EnableTimeToLive = false;
        Schema().TimeToLiveAttribute.Should().BeNull();
    }

    private TableSchema Schema() => new StoreSchema(UserModel.For<Member>(_options), _options).Users;
}
