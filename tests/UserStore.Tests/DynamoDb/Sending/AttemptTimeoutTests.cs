using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Microsoft.Extensions.Logging.Abstractions;
using Moq;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Tables;
using UserStore.Modeling;
using UserStore.TestKit;

namespace UserStore.Tests.DynamoDb.Sending;

/// <summary>Attempts without a response, on a clock that the test advances.</summary>
public sealed class AttemptTimeoutTests
{
    private static readonly NamedTable[] Tables = [new("Users")];

    private readonly WatchedClock _clock = new();
    private readonly UserStoreOptions _options = new() { Retry = { BaseDelay = TimeSpan.FromTicks(1), AttemptTimeout = TimeSpan.FromSeconds(3) } };
    private readonly List<CancellationToken> _tokens = [];

    [Fact]
    public async Task An_attempt_without_a_response_ends_with_its_timeout_and_is_retried()
    {
        using var cancel = new CancellationTokenSource();
        Task<GetItemResponse> sending = Begin(ownsRetries: true, cancel.Token).SendAsync("GetItem", Tables, NeverAsync);
        for (int attempt = 1; attempt <= 3; attempt++)
        {
            (await _clock.NextTimeoutAsync()).Should().Be(TimeSpan.FromSeconds(3));
            _tokens.Should().HaveCount(attempt).And.NotContain(cancel.Token);
            _clock.Advance(TimeSpan.FromSeconds(3));
        }

        await _clock.NextTimeoutAsync();
        await cancel.CancelAsync();

        (await sending.Invoking(task => task).Should().ThrowAsync<OperationCanceledException>()).Which.CancellationToken.Should().Be(cancel.Token);
        _tokens.Should().HaveCount(4, "a cancelled call is not retried");
    }

    [Fact]
    public async Task A_client_that_retries_by_itself_has_the_timeouts_that_it_is_configured_with()
    {
        using var cancel = new CancellationTokenSource();
        Task<GetItemResponse> sending = Begin(ownsRetries: false, cancel.Token).SendAsync("GetItem", Tables, NeverAsync);

        await cancel.CancelAsync();

        await sending.Invoking(task => task).Should().ThrowAsync<OperationCanceledException>();
        _tokens.Should().Equal(cancel.Token);
    }

    private async Task<GetItemResponse> NeverAsync(CancellationToken token)
    {
        _tokens.Add(token);
        await Task.Delay(Timeout.Infinite, token);
        return new GetItemResponse();
    }

    private StoreCall Begin(bool ownsRetries, CancellationToken cancellationToken)
    {
        var connection = new StoreConnection(new Mock<IAmazonDynamoDB>().Object, _options, _clock, NullLogger.Instance) { OwnsRetries = ownsRetries };
        return new RequestSender(connection, new StoreSchema(UserModel.For<User>(_options), _options)).Begin(cancellationToken);
    }
}
