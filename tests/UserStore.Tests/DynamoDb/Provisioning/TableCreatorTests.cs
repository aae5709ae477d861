using System.Net;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;
using Moq;
using UserStore.DynamoDb;
using UserStore.DynamoDb.Tables;
using UserStore.Modeling;

namespace UserStore.Tests.DynamoDb.Provisioning;

/// <summary>A service that is busy or rejects requests, which a local server does not.</summary>
public sealed class TableCreatorTests
{
    private readonly Mock<IAmazonDynamoDB> _client = new();
    private readonly UserStoreOptions _options = new() { EnableTimeToLive = false, UniqueEmails = false };
    private TableDescription? _table;

    [Fact]
    public async Task Creating_the_table_is_retried_when_the_service_is_busy()
    {
        ServeTable();
        _client.SetupSequence(client => client.CreateTableAsync(It.IsAny<CreateTableRequest>(), It.IsAny<CancellationToken>()))
            .ThrowsAsync(new LimitExceededException("too many at once"))
            .ReturnsAsync(() => Create());

        await EnsureAsync();

        _client.Verify(client => client.CreateTableAsync(It.IsAny<CreateTableRequest>(), It.IsAny<CancellationToken>()), Times.Exactly(2));
    }

    [Fact]
    public async Task Enabling_time_to_live_is_retried_when_the_service_is_busy()
    {
        ServeTable();
        Create();
        _options.EnableTimeToLive = true;
        _client.Setup(client => client.DescribeTimeToLiveAsync(It.IsAny<DescribeTimeToLiveRequest>(), It.IsAny<CancellationToken>()))
            .ReturnsAsync(new DescribeTimeToLiveResponse());
        _client.SetupSequence(client => client.UpdateTimeToLiveAsync(It.IsAny<UpdateTimeToLiveRequest>(), It.IsAny<CancellationToken>()))
            .ThrowsAsync(new ResourceInUseException("updating"))
            .ReturnsAsync(new UpdateTimeToLiveResponse());

        await EnsureAsync();

        _client.Verify(
            client => client.UpdateTimeToLiveAsync(It.IsAny<UpdateTimeToLiveRequest>(), It.IsAny<CancellationToken>()), Times.Exactly(2));
    }

    [Fact]
    public async Task A_failed_create_is_reported_when_no_other_process_created_the_table()
    {
        ServeTable();
        _client.Setup(client => client.CreateTableAsync(It.IsAny<CreateTableRequest>(), It.IsAny<CancellationToken>()))
            .ThrowsAsync(new AmazonDynamoDBException("no", ErrorType.Sender, "ValidationException", "r", HttpStatusCode.BadRequest));

        Func<Task> ensure = EnsureAsync;

        (await ensure.Should().ThrowAsync<UserStoreSchemaException>()).Which.Message.Should().Contain("CreateTable was rejected");
    }

    [Fact]
    public async Task A_failed_update_is_ignored_when_another_process_enabled_the_stream()
    {
        ServeTable();
        Create();
        _options.StreamViewType = TableStreamViewType.KeysOnly;
        _client.Setup(client => client.UpdateTableAsync(It.IsAny<UpdateTableRequest>(), It.IsAny<CancellationToken>()))
            .Callback(() => _table!.StreamSpecification = new StreamSpecification { StreamEnabled = true })
            .ThrowsAsync(new AmazonDynamoDBException("has one", ErrorType.Sender, "ValidationException", "r", HttpStatusCode.BadRequest));

        await EnsureAsync();
    }

    [Fact]
    public async Task Waiting_ends_at_the_timeout()
    {
        ServeTable();
        Create();
        _table!.TableStatus = TableStatus.CREATING;
        _options.TableCreationTimeout = TimeSpan.FromSeconds(1);

        Func<Task> ensure = EnsureAsync;

        (await ensure.Should().ThrowAsync<UserStoreUnavailableException>()).Which.IsTransient.Should().BeTrue();
    }

    private Task EnsureAsync() => new DynamoDbUserStore<User>(_client.Object, _options).EnsureTablesAsync();

    private void ServeTable() => _client.Setup(client => client.DescribeTableAsync("Users", It.IsAny<CancellationToken>()))
        .Returns(() => _table is null
            ? Task.FromException<DescribeTableResponse>(new ResourceNotFoundException("none"))
            : Task.FromResult(new DescribeTableResponse { Table = _table }));

    private CreateTableResponse Create()
    {
        CreateTableRequest request = new StoreSchema(UserModel.For<User>(_options), _options).Users.ToCreateRequest();
        _table = new TableDescription
        {
            TableStatus = TableStatus.ACTIVE,
            KeySchema = request.KeySchema,
            AttributeDefinitions = request.AttributeDefinitions,
            GlobalSecondaryIndexes = [.. request.GlobalSecondaryIndexes.Select(index => new GlobalSecondaryIndexDescription
            {
                IndexName = index.IndexName,
                KeySchema = index.KeySchema,
                Projection = index.Projection,
                IndexStatus = IndexStatus.ACTIVE,
            })],
        };
        return new CreateTableResponse();
    }
}
