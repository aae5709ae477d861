using System.Net;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;
using Microsoft.Extensions.Logging.Abstractions;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Tables;
using UserStore.Migrations;
using UserStore.Migrations.Journaling;
using UserStore.Migrations.Running;
using UserStore.Modeling;
using UserStore.TestKit;

namespace UserStore.Tests.Migrations.Journaling;

/// <summary>The requests with which the row of the lock is read and written, and what their responses mean.</summary>
public sealed class DynamoDbLockStoreTests
{
    private static readonly LockRow Seen = Row(revision: 7);
    private static readonly LockRow Next = Row(revision: 8);

    private readonly WatchedClock _clock = new();
    private readonly List<AmazonWebServiceRequest> _requests = [];
    private readonly UserStoreOptions _options = new() { Retry = { BaseDelay = TimeSpan.FromMilliseconds(1), Timeout = TimeSpan.FromSeconds(2) } };
    private readonly MigrationOptions _migrations = new() { Lease = TimeSpan.FromSeconds(30) };
    private Func<AmazonWebServiceRequest, CancellationToken, Task<AmazonWebServiceResponse>> _respond = (_, _) => throw new NotSupportedException();

    private Queue<Func<AmazonWebServiceResponse>> Writes { get; } = [];

    [Fact]
    public async Task Without_its_table_the_lock_is_neither_replaced_nor_deleted()
    {
        DynamoDbLockStore store = NewStore();

        (await store.TryReplaceAsync(Seen, Next, default)).Should().BeFalse();
        (await store.TryDeleteAsync(Seen, default)).Should().BeFalse();

        _requests.Should().BeEmpty();
    }

    [Fact]
    public async Task A_row_that_another_runner_changed_is_not_replaced_and_not_read_again()
    {
        DynamoDbLockStore store = await OpenAsync(stored: Next);
        Writes.Enqueue(ConditionFailed);

        (await store.TryReplaceAsync(Seen, Next, default)).Should().BeFalse();

        Sent().Should().Equal("PutItem");
    }

    [Theory]
    [InlineData("run", 3, 8, true)]
    [InlineData("other", 3, 8, false)]
    [InlineData("run", 4, 8, false)]
    [InlineData("run", 3, 9, false)]
    public async Task After_a_lost_response_the_stored_row_shows_whether_it_was_replaced(string owner, long fence, long revision, bool expected)
    {
        DynamoDbLockStore store = await OpenAsync(
            stored: Next with { Fence = fence, Revision = revision, Owner = Next.Owner! with { RunId = owner } });
        Writes.Enqueue(Lost);
        Writes.Enqueue(ConditionFailed);

        (await store.TryReplaceAsync(Seen, Next, default)).Should().Be(expected);

        Sent().Should().Equal("PutItem", "PutItem", "GetItem");
    }

    [Fact]
    public async Task A_row_is_replaced_if_it_is_stored_although_no_response_was_received_at_all()
    {
        _options.Retry.Timeout = TimeSpan.Zero;
        DynamoDbLockStore store = await OpenAsync(stored: Next);
        Writes.Enqueue(Lost);

        (await store.TryReplaceAsync(Seen, Next, default)).Should().BeTrue();

        Sent().Should().Equal("PutItem", "GetItem");
    }

    [Fact]
    public async Task The_highest_fencing_number_is_searched_in_all_pages_and_nothing_else_is_read()
    {
        DynamoDbLockStore store = await OpenAsync(stored: null);
        Queue<ScanResponse> pages = new(
        [
            new() { Items = [Fence("4"), Fence("9")], LastEvaluatedKey = new() { ["id"] = new("migrations/1_a") } },
            new() { Items = [Fence("6"), []] },
        ]);
        _respond = (_, _) => Task.FromResult<AmazonWebServiceResponse>(pages.Dequeue());

        (await store.FindLastFenceAsync(default)).Should().Be(9);

        _requests.Cast<ScanRequest>().Should().HaveCount(2).And.OnlyContain(
            scan => scan.ExpressionAttributeNames[scan.ProjectionExpression] == "fence" && scan.ConsistentRead == true);

        static Dictionary<string, AttributeValue> Fence(string number) => new() { ["fence"] = new() { N = number } };
    }

    [Fact]
    public async Task Attempts_and_delays_are_short_in_comparison_with_the_lease()
    {
        var minute = TimeSpan.FromMinutes(1);
        (_options.Retry.AttemptTimeout, _options.Retry.BaseDelay, _options.Retry.MaxDelay, _options.Retry.Timeout) = (minute, minute, minute, minute * 5);
        DynamoDbLockStore store = await OpenAsync(stored: null);
        _respond = async (_, token) =>
        {
            await Task.Delay(Timeout.Infinite, token);
            return new GetItemResponse();
        };
        List<TimeSpan> first = [], later = [];
        for (int call = 0; call < 20; call++)
        {
            using var cancel = new CancellationTokenSource();
            Task<LockRow?> find = store.FindAsync(cancel.Token);
            for (int attempts = 0; attempts < 6;)
            {
                (bool isTimeout, TimeSpan due) = await _clock.NextTimerAsync();
                if (!isTimeout)
                    (attempts == 1 ? first : later).Add(due);
                else if (++attempts == 6)
                    break;
                else
                    due.Should().Be(TimeSpan.FromSeconds(10));
                _clock.Advance(due);
            }

            await cancel.CancelAsync();
            await find.Invoking(task => task).Should().ThrowAsync<OperationCanceledException>();
        }

        first.Max().Should().BeGreaterThan(TimeSpan.FromSeconds(0.5)).And.BeLessThanOrEqualTo(TimeSpan.FromSeconds(1));
        later.Max().Should().BeGreaterThan(TimeSpan.FromSeconds(2)).And.BeLessThanOrEqualTo(TimeSpan.FromSeconds(3));
    }

    [Theory]
    [InlineData(false, "attribute_not_exists(id)")]
    [InlineData(true, "fence = 3 AND revision = 7")]
    public async Task A_row_is_created_while_there_is_none_and_the_deleted_one_is_unchanged(bool wasDeleted, string isUnchanged)
    {
        LockRow? seen = wasDeleted ? Seen with { IsDeleted = true } : null;
        DynamoDbLockStore store = await OpenAsync(stored: null);
        Writes.Enqueue(() => new TransactWriteItemsResponse());
        Writes.Enqueue(Canceled);

        (await store.TryReplaceAsync(seen, Next, default)).Should().BeTrue();
        (await store.TryReplaceAsync(seen, Next, default)).Should().BeFalse();

        List<TransactWriteItem> actions = _requests.OfType<TransactWriteItemsRequest>().First().TransactItems;
        (Put put, ConditionCheck check) = (actions[0].Put, actions[1].ConditionCheck);
        put.Item.Should().BeEquivalentTo(LockFormat.ToItem(Next, "migrations", "id"));
        (Resolved(put.ConditionExpression, put.ExpressionAttributeNames, null), check.Key["id"].S)
            .Should().Be(("attribute_not_exists(id)", "migrations/deleted"));
        Resolved(check.ConditionExpression, check.ExpressionAttributeNames, check.ExpressionAttributeValues).Should().Be(isUnchanged);
        actions.Should().HaveCount(2);
    }

    [Fact]
    public async Task A_row_is_deleted_while_it_is_unchanged_and_its_numbers_are_kept()
    {
        DynamoDbLockStore store = await OpenAsync(stored: null);
        Writes.Enqueue(() => new TransactWriteItemsResponse());
        Writes.Enqueue(Canceled);

        (await store.TryDeleteAsync(Seen, default)).Should().BeTrue();
        (await store.TryDeleteAsync(Seen, default)).Should().BeFalse();

        List<TransactWriteItem> actions = _requests.OfType<TransactWriteItemsRequest>().First().TransactItems;
        (Delete delete, Put put) = (actions[0].Delete, actions[1].Put);
        delete.Key["id"].S.Should().Be("migrations");
        Resolved(delete.ConditionExpression, delete.ExpressionAttributeNames, delete.ExpressionAttributeValues).Should().Be("fence = 3 AND revision = 7");
        put.Item.Should().BeEquivalentTo(LockFormat.ToItem(Seen with { Owner = null }, "migrations/deleted", "id"));
        put.ConditionExpression.Should().BeNull();
        actions.Should().HaveCount(2);
    }

    [Fact]
    public async Task The_row_of_another_program_is_replaced_while_it_exists_without_numbers()
    {
        DynamoDbLockStore store = await OpenAsync(stored: null);
        Writes.Enqueue(() => new PutItemResponse());

        (await store.TryReplaceAsync(new LockRow(), Next, default)).Should().BeTrue();

        PutItemRequest put = _requests.Should().ContainSingle().Which.Should().BeOfType<PutItemRequest>().Which;
        put.Item.Should().BeEquivalentTo(LockFormat.ToItem(Next, "migrations", "id"));
        Resolved(put.ConditionExpression, put.ExpressionAttributeNames, put.ExpressionAttributeValues)
            .Should().Be("attribute_exists(id) AND attribute_not_exists(fence)");
    }

    [Fact]
    public async Task A_row_that_was_deleted_is_found_with_its_numbers()
    {
        DynamoDbLockStore store = await OpenAsync(stored: null);
        (await store.FindAsync(default)).Should().BeNull();
        _respond = (request, _) => Task.FromResult<AmazonWebServiceResponse>(new GetItemResponse
        {
            Item = ((GetItemRequest)request).Key["id"].S == "migrations/deleted" ? LockFormat.ToItem(new LockRow { Fence = 3, Revision = 7 }, "x", "id") : null,
        });

        (await store.FindAsync(default)).Should().BeEquivalentTo(new LockRow { Fence = 3, Revision = 7, IsDeleted = true });

        _requests.Cast<GetItemRequest>().Should().HaveCount(4).And.OnlyContain(get => get.ConsistentRead == true);
    }

    private static string Resolved(string expression, Dictionary<string, string> names, Dictionary<string, AttributeValue>? values)
    {
        expression = names.Aggregate(expression, (text, name) => text.Replace(name.Key, name.Value, StringComparison.Ordinal));
        return (values ?? []).Aggregate(expression, (text, value) => text.Replace(value.Key, value.Value.N, StringComparison.Ordinal));
    }

    private static AmazonWebServiceResponse Canceled() => throw new TransactionCanceledException("as the test asked")
    {
        ErrorCode = "TransactionCanceledException",
        StatusCode = HttpStatusCode.BadRequest,
        CancellationReasons = [new() { Code = "ConditionalCheckFailed" }, new() { Code = "None" }],
    };

    private static LockRow Row(long revision)
        => new() { Fence = 3, Revision = revision, Owner = new MigrationLockOwner("run", "host/1", default, default, TimeSpan.FromSeconds(30)) };

    private static AmazonWebServiceResponse ConditionFailed() => throw new ConditionalCheckFailedException("as the test asked")
    {
        ErrorCode = "ConditionalCheckFailedException",
        StatusCode = HttpStatusCode.BadRequest,
    };

    private static AmazonWebServiceResponse Lost() => throw new IOException("as the test asked");

    private DynamoDbLockStore NewStore()
    {
        var client = new DelegatingClient((request, token) =>
        {
            _requests.Add(request);
            return _respond(request, token);
        });
        TimeProvider time = _options.Retry.BaseDelay > TimeSpan.FromSeconds(1) ? _clock : TimeProvider.System;
        var connection = new StoreConnection(client, _options, time, NullLogger.Instance) { OwnsRetries = true, SeesEveryAttempt = true };
        return new DynamoDbLockStore(new JournalTables(connection, new StoreSchema(UserModel.For<User>(_options), _options), _migrations));
    }

    // A store whose table is known, so that the requests of a test are those of the row.
    private async Task<DynamoDbLockStore> OpenAsync(LockRow? stored)
    {
        DynamoDbLockStore store = NewStore();
        _respond = (request, _) => Task.FromResult<AmazonWebServiceResponse>(request switch
        {
            DescribeTableRequest describe => new DescribeTableResponse
            {
                Table = new()
                {
                    TableName = describe.TableName,
                    TableStatus = TableStatus.ACTIVE,
                    KeySchema = [new("id", KeyType.HASH)],
                    AttributeDefinitions = [new("id", ScalarAttributeType.S)],
                },
            },
            GetItemRequest get => new GetItemResponse
            {
                Item = stored is not null && get.Key["id"].S == "migrations" ? LockFormat.ToItem(stored, "migrations", "id") : null,
            },
            PutItemRequest or TransactWriteItemsRequest => Writes.Dequeue()(),
            _ => throw new NotSupportedException(request.GetType().Name),
        });
        await store.FindAsync(default);
        _requests.Clear();
        _clock.Clear();
        return store;
    }

    private IEnumerable<string> Sent() => _requests.Select(request => request.GetType().Name.Replace("Request", ""));
}
