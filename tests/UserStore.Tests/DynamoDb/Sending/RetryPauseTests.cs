using System.Net;
using Amazon.DynamoDBv2;
using Amazon.Runtime;
using UserStore.DynamoDb;
using UserStore.DynamoDb.Sending;

namespace UserStore.Tests.DynamoDb.Sending;

/// <summary>The pauses of a call between its attempts.</summary>
public sealed class RetryPauseTests
{
    private readonly UserStoreOptions _options = new()
    {
        Retry = { BaseDelay = TimeSpan.FromMilliseconds(100), MaxDelay = TimeSpan.FromSeconds(3), Timeout = TimeSpan.FromSeconds(60) },
    };

    [Fact]
    public async Task Pauses_are_random_below_a_limit_that_doubles_up_to_the_maximum_delay_and_end_at_the_timeout()
    {
        var largest = new List<TimeSpan>();
        var all = new List<TimeSpan>();
        for (int call = 0; call < 40; call++)
        {
            var time = new InstantTime();
            int attempts = await ThrottledAsync(time);

            time.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(60));
            attempts.Should().BeInRange(time.Pauses.Count + 1, time.Pauses.Count + 5, "each pause leads to one attempt");
            if (attempts > time.Pauses.Count + 1)
                continue; // a pause of less than a millisecond needs no timer, so the pauses cannot be numbered
            for (int i = 0; i < time.Pauses.Count; i++)
            {
                var ceiling = TimeSpan.FromMilliseconds(Math.Min(3000, 100 * Math.Pow(2, i)));
                time.Pauses[i].Should().BeLessThanOrEqualTo(ceiling);
                if (largest.Count == i)
                    largest.Add(TimeSpan.Zero);
                largest[i] = time.Pauses[i] > largest[i] ? time.Pauses[i] : largest[i];
            }

            all.AddRange(time.Pauses.Skip(5));
        }

        largest[0].Should().BeGreaterThan(TimeSpan.FromMilliseconds(60));
        largest[3].Should().BeGreaterThan(TimeSpan.FromMilliseconds(480));
        all.Average(pause => pause.TotalSeconds).Should().BeInRange(1.3, 1.7, "the jitter is full");
    }

    private async Task<int> ThrottledAsync(InstantTime time)
    {
        int attempts = 0;
        using var handler = new Throttling(() => attempts++);
        using var client = new UserStoreClient(
            new BasicAWSCredentials("local", "local"),
            new AmazonDynamoDBConfig { ServiceURL = "http://127.0.0.1:1", HttpClientFactory = new Factory(handler) });
        Func<Task> find = () => new DynamoDbUserStore<User>(client, _options, time).FindAsync("fake-1");

        await find.Should().ThrowAsync<UserStoreThrottledException>();
        return attempts;
    }

    private sealed class Factory(HttpMessageHandler handler) : HttpClientFactory
    {
        public override HttpClient CreateHttpClient(IClientConfig clientConfig) => new(handler, disposeHandler: false);
    }

    private sealed class Throttling(Action count) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            count();
            return Task.FromResult(new HttpResponseMessage(HttpStatusCode.BadRequest)
            {
                RequestMessage = request,
                Content = new StringContent("""{"__type":"ProvisionedThroughputExceededException","message":"slow down"}"""),
            });
        }
    }
}
