using System.Diagnostics.Metrics;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Moq;
using UserStore.DynamoDb;

namespace UserStore.Tests.DynamoDb.Sending;

/// <summary>A response to a batch read that leaves keys unprocessed is throttling only if it processed none.</summary>
public sealed class BatchReadTests
{
    private readonly UserStoreOptions _options = new() { TableNamePrefix = $"{Guid.NewGuid():N}-", Retry = { BaseDelay = TimeSpan.FromMilliseconds(1) } };
    private readonly string[] _ids = [.. Enumerable.Range(0, 10).Select(i => $"fake-{i}")];
    private int _requests;

    [Fact]
    public async Task Keys_are_read_without_retries_as_long_as_each_response_processes_some()
    {
        _options.Retry.Timeout = TimeSpan.Zero;

        (int found, long throttles) = await ReadAsync(processed: _ => 3);

        (found, throttles, _requests).Should().Be((10, 0, 4));
    }

    [Fact]
    public async Task A_response_that_processes_no_key_is_a_throttle_and_the_request_is_retried()
    {
        (int found, long throttles) = await ReadAsync(processed: request => request == 1 ? 0 : 10);

        (found, throttles, _requests).Should().Be((10, 1, 2));
    }

    [Fact]
    public async Task A_response_that_processes_no_key_ends_the_call_when_there_is_no_time_for_retries()
    {
        _options.Retry.Timeout = TimeSpan.Zero;

        Func<Task> read = () => ReadAsync(processed: _ => 0);

        (await read.Should().ThrowAsync<UserStoreThrottledException>()).Which.Message.Should().Contain("10 of 10 keys");
    }

    private async Task<(int Found, long Throttles)> ReadAsync(Func<int, int> processed)
    {
        var client = new Mock<IAmazonDynamoDB>();
        client.Setup(each => each.BatchGetItemAsync(It.IsAny<BatchGetItemRequest>(), It.IsAny<CancellationToken>())).ReturnsAsync(
            (BatchGetItemRequest request, CancellationToken _) =>
            {
                (string table, KeysAndAttributes requested) = request.RequestItems.Single();
                int count = processed(++_requests);
                List<Dictionary<string, AttributeValue>> rest = [.. requested.Keys.Skip(count)];
                return new BatchGetItemResponse
                {
                    Responses = new() { [table] = [.. requested.Keys.Take(count)] },
                    UnprocessedKeys = rest.Count == 0 ? [] : new() { [table] = new KeysAndAttributes { Keys = rest } },
                };
            });
        long throttles = 0;
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Name == "userstore.throttles")
                    self.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((_, count, tags, _) =>
        {
            foreach (KeyValuePair<string, object?> tag in tags)
            {
                if (tag.Key == "db.collection.name" && (string?)tag.Value == _options.TableNamePrefix + "Users")
                    throttles += count;
            }
        });
        listener.Start();

        List<UserLookup<User>> lookups = await new DynamoDbUserStore<User>(client.Object, _options).FindManyAsync(_ids).ToListAsync();
        return (lookups.Count(lookup => lookup.User is not null), throttles);
    }
}
