using Functions;
using UserStore.Replication;
using UserStore.Testing;

namespace UserStore.ServerTests.Replication;

/// <summary>Users who exchange keys while something else happens.</summary>
public sealed class ConcurrentExchangeTests : EmailReplicationTest
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Users_who_change_during_an_exchange_are_read_again(int number)
    {
        await CreateReplicatedAsync(2);
        await ExchangeAsync();
        UserChange<PlacedUser>[] changes = await NewChangesAsync();
        UserReplicator<PlacedUser, UserByEmail> other = OtherByEmail();
        int transactions = 0;
        Wire.BeforeRequest = async request =>
        {
            if (request.Operation != "TransactWriteItems" || ++transactions != 2)
                return;
            await SetEmailAsync(number, "other@example.test");
            foreach (UserChange<PlacedUser> change in (await NewChangesAsync()).Prepend(changes[0]))
                await other.HandleAsync(change);
        };

        (await ByEmail.RebuildUserAsync("fake-2"))?.Failure.Should().BeNull();

        foreach (UserChange<PlacedUser> change in changes)
            await ByEmail.HandleAsync(change);
        await ShouldConvergeAsync();
    }

    [Fact]
    public async Task A_lost_response_of_an_exchange_has_no_effect()
    {
        await CreateReplicatedAsync(3);
        await RotateEmailsAsync(1, 2, 3);
        UserChange<PlacedUser>[] changes = await NewChangesAsync();
        Wire.Every(1, WireFault.LostResponse, "TransactWriteItems");
        int lost = 0;
        Wire.AfterFault = _ =>
        {
            if (++lost == 3)
                Wire.Clear();
            return Task.CompletedTask;
        };

        await ByEmail.HandleAsync(changes[^1]);

        await ShouldConvergeAsync();
        Wire.Clear();
        Wire.Every(2, WireFault.LostResponse);
        foreach (UserChange<PlacedUser> change in changes)
            await ByEmail.HandleAsync(change);
        Wire.Clear();
        await ShouldConvergeAsync();
    }

    [Fact]
    public async Task Rebuilds_and_the_stream_move_users_at_the_same_time()
    {
        int[] numbers = [.. Enumerable.Range(1, 12)];
        await CreateReplicatedAsync(numbers.Length);
        var dispatcher = new UserChangeDispatcher<PlacedUser>(Reader, [ByEmail]);
        Random random = TestSeed.NewRandom();
        for (int round = 0; round < 5; round++)
        {
            random.Shuffle(numbers);
            foreach (int[] ring in numbers.Chunk(random.Next(2, 7)))
                await RotateEmailsAsync(ring);
            UserChangeRecord<PlacedUser>[] records = [.. await NewRecordsAsync()];
            random.Shuffle(records);

            Task delivery = DeliverAsync(dispatcher, records);
            await Task.WhenAll(delivery, ShouldRebuildAsync(), ShouldRebuildAsync());

            await ShouldConvergeAsync();
        }
    }

    [Fact]
    [Trait("Category", TestVolume.Category)]
    public async Task Rebuilds_and_the_stream_move_users_who_keep_exchanging_keys()
    {
        int[] numbers = [.. Enumerable.Range(1, 8)];
        await CreateReplicatedAsync(numbers.Length);
        using var written = new CancellationTokenSource();
        Random random = TestSeed.NewRandom();
        Task writing = Task.Run(async () =>
        {
            for (int rotation = 0; rotation < TestVolume.Of(full: 300, usual: 30); rotation++)
            {
                random.Shuffle(numbers);
                await RotateEmailsAsync(numbers[..random.Next(2, 6)]);
            }

            await written.CancelAsync();
        });
        Task rebuilding = Task.Run(async () =>
        {
            while (!written.IsCancellationRequested)
                await ShouldRebuildAsync();
        });
        var dispatcher = new UserChangeDispatcher<PlacedUser>(Reader, [ByEmail]);
        bool isLast;
        do
        {
            isLast = written.IsCancellationRequested;
            await DeliverAsync(dispatcher, await NewRecordsAsync());
        }
        while (!isLast);
        await Task.WhenAll(writing, rebuilding);

        await ShouldConvergeAsync();
    }

    private async Task ShouldRebuildAsync() => (await RebuildAsync()).Should().NotContain(drift => drift.Failure != null);
}
