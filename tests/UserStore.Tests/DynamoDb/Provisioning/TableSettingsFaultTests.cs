using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;
using UserStore.DynamoDb;
using UserStore.Tests.DynamoDb.Tables;

namespace UserStore.Tests.DynamoDb.Provisioning;

/// <summary>Settings of tables while the service is busy, rejects changes, or does not respond.</summary>
public sealed class TableSettingsFaultTests
{
    private readonly TableService _service = new();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_run_that_is_cut_at_any_request_is_completed_by_the_next_one(bool isApplied)
    {
        int runs = 0;
        for (int cut = 1; ; cut++, runs++)
        {
            TableService service = new();
            await EnsureAsync(new UserStoreOptions(), service);
            service.Requests.Clear();
            void Cut(AmazonWebServiceRequest request)
            {
                if (service.Requests.Count == cut)
                    throw new AmazonServiceException("lost", new HttpRequestException("reset"));
            }

            if (isApplied)
                service.After = Cut;
            else
                service.Before = Cut;

            bool wasCut = false;
            try
            {
                await EnsureAsync(TableSettingsTests.Required, service);
            }
            catch (UserStoreUnavailableException)
            {
                wasCut = true;
            }

            (service.Before, service.After) = (_ => { }, _ => { });
            string[] before = [.. service.Changes];
            service.Requests.Clear();
            await EnsureAsync(TableSettingsTests.Required, service);

            TableSettingsTests.AssertSettings("Users", service);
            TableSettingsTests.AssertSettings("UserReservations", service);
            if (isApplied)
                before.Intersect(service.Changes).Should().BeEmpty("what was applied is not requested again");
            if (!wasCut)
                break;
        }

        runs.Should().BeGreaterThan(18, "each change is one request, and most are followed by a look at the table");
    }

    public static TheoryData<Exception> Busy => [new ResourceInUseException("updating"), new LimitExceededException("too many")];

    [Theory]
    [MemberData(nameof(Busy))]
    public async Task A_change_is_retried_while_the_service_is_busy(Exception busy)
    {
        await EnsureAsync(new UserStoreOptions());
        var rejected = new HashSet<string>();
        _service.Requests.Clear();
        _service.Before = request =>
        {
            if (!IsRead(request) && rejected.Add(_service.Requests[^1]))
                throw busy;
        };

        await EnsureAsync(TableSettingsTests.Required);

        rejected.Should().HaveCount(18);
        _service.Changes.Should().HaveCount(36);
        TableSettingsTests.AssertSettings("Users", _service);
    }

    [Fact]
    public async Task A_change_that_the_service_keeps_rejecting_ends_at_the_timeout_with_its_reason()
    {
        await EnsureAsync(new UserStoreOptions());
        var limit = new LimitExceededException("Table class was changed twice within 30 days.");
        FailChanges(limit);
        UserStoreOptions options = new()
        {
            UniqueEmails = false,
            TableClass = TableStorageClass.StandardInfrequentAccess,
            TableCreationTimeout = TimeSpan.FromSeconds(1),
        };

        Func<Task> ensure = () => EnsureAsync(options);

        UserStoreUnavailableException thrown = (await ensure.Should().ThrowAsync<UserStoreUnavailableException>()).Which;
        (thrown.IsTransient, thrown.InnerException).Should().Be((true, limit));
        thrown.Message.Should().Contain("Table 'Users'").And.Contain("00:00:01").And.Contain("rejected the last change");
    }

    [Fact]
    public async Task A_change_that_the_service_calls_invalid_is_reported_with_its_reason()
    {
        await EnsureAsync(new UserStoreOptions());
        FailChanges(TableService.Invalid("The key is disabled."));

        Func<Task> ensure = () => EnsureAsync(TableSettingsTests.Required);

        (await ensure.Should().ThrowAsync<UserStoreSchemaException>()).WithInnerException<AmazonDynamoDBException>().WithMessage("The key is disabled.");
    }

    private void FailChanges(Exception failure) => _service.Before = request =>
    {
        if (!IsRead(request))
            throw failure;
    };

    private static bool IsRead(AmazonWebServiceRequest request) => request is DescribeTableRequest or DescribeTimeToLiveRequest
        or ListTagsOfResourceRequest or DescribeContinuousBackupsRequest;

    private Task EnsureAsync(UserStoreOptions options, TableService? service = null)
        => new DynamoDbUserStore<User>((service ?? _service).Client, options).EnsureTablesAsync();
}
