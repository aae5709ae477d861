using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;
using UserStore.DynamoDb.Sending;

namespace UserStore.Tests.DynamoDb.Sending;

/// <summary>Requests within a scope that forbids to write.</summary>
public sealed class ReadOnlyScopeTests
{
    public static TheoryData<AmazonWebServiceRequest> Reads =>
    [
        new GetItemRequest(),
        new QueryRequest(),
        new ScanRequest(),
        new BatchGetItemRequest(),
        new TransactGetItemsRequest(),
        new DescribeTableRequest(),
        new ListTablesRequest(),
        new DescribeTimeToLiveRequest(),
        new DescribeContinuousBackupsRequest(),
        new ListTagsOfResourceRequest(),
    ];

    public static TheoryData<AmazonWebServiceRequest> Writes =>
    [
        new PutItemRequest(),
        new UpdateItemRequest(),
        new DeleteItemRequest(),
        new BatchWriteItemRequest(),
        new TransactWriteItemsRequest(),
        new CreateTableRequest(),
        new UpdateTimeToLiveRequest(),
        new ExecuteStatementRequest(),
    ];

    [Theory]
    [MemberData(nameof(Reads))]
    public void A_read_is_allowed(AmazonWebServiceRequest request)
    {
        using ReadOnlyScope scope = ReadOnlyScope.Enter();

        ReadOnlyScope.ThrowIfForbidden(request);

        (scope.Rejected, ReadOnlyScope.IsRead(request)).Should().Be((null, true));
    }

    [Theory]
    [MemberData(nameof(Writes))]
    public void A_write_is_rejected_within_the_scope_only(AmazonWebServiceRequest request)
    {
        ReadOnlyScope.ThrowIfForbidden(request);
        using (ReadOnlyScope scope = ReadOnlyScope.Enter())
        {
            Action write = () => ReadOnlyScope.ThrowIfForbidden(request);
            string operation = request.GetType().Name[..^"Request".Length];

            write.Should().Throw<InvalidOperationException>().WithMessage($"{operation} was rejected, because a dry run must not write.");

            (scope.Rejected, ReadOnlyScope.IsRead(request)).Should().Be((operation, false));
        }

        ReadOnlyScope.ThrowIfForbidden(request);
    }

    [Fact]
    public void The_first_rejected_operation_is_kept()
    {
        using ReadOnlyScope scope = ReadOnlyScope.Enter();

        foreach (AmazonWebServiceRequest request in new AmazonWebServiceRequest[] { new PutItemRequest(), new DeleteItemRequest() })
            FluentActions.Invoking(() => ReadOnlyScope.ThrowIfForbidden(request)).Should().Throw<InvalidOperationException>();

        scope.Rejected.Should().Be("PutItem");
    }

    [Fact]
    public async Task What_the_scope_started_may_write_after_it_has_ended()
    {
        var ended = new TaskCompletionSource();
        Task started;
        using (ReadOnlyScope.Enter())
            started = WriteAsync();
        ended.SetResult();

        await started;

        async Task WriteAsync()
        {
            await ended.Task;
            ReadOnlyScope.ThrowIfForbidden(new PutItemRequest());
        }
    }
}
