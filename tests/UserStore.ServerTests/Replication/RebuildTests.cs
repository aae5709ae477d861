using Amazon.DynamoDBv2.Model;
using Functions;
using UserStore.Replication;
using UserStore.Testing;

namespace UserStore.ServerTests.Replication;

/// <summary>Rebuilding and comparing whole targets.</summary>
public sealed class RebuildTests : ReplicationTest
{
    private const int UsersWritten = 400;

    [Fact]
    public async Task An_empty_target_is_filled_and_then_consistent()
    {
        await CreateAsync(250);
        (await DriftAsync()).Should().HaveCount(250).And.OnlyContain(drift => drift.Kind == UserReplicationDriftKind.Missing);

        (await RebuildAsync()).Should().HaveCount(250).And.OnlyContain(drift => drift.Failure == null);

        await ShouldEqualSourceAsync();
        Wire.Clear();
        (await RebuildAsync()).Should().BeEmpty();
        Sent().Distinct().Should().BeEquivalentTo("Scan", "BatchGetItem");
        await ReplicateAsync(); // all records again from the start
        await ShouldEqualSourceAsync();
    }

    [Fact]
    public async Task Every_kind_of_drift_is_reported_and_repaired()
    {
        await CreateAsync(6);
        await ReplicateAsync();
        await Users.DeleteAsync("fake-1");
        await Users.UpdateAsync("fake-2", new UserPatch<PlacedUser>().Set(user => user.City, "Columbus"));
        await Users.UpdateAsync("fake-3", new UserPatch<PlacedUser>().Set(user => user.Name, "Ada Example"));
        await NewRecordsAsync(); // lost
        await Server.Client.DeleteItemAsync(TargetTable, Key("fake-4"));
        await Server.Client.DeleteItemAsync(GuardTable, new() { ["user_id"] = new("fake-5") });
        await Server.Client.PutItemAsync(TargetTable, Key("nobody"));

        (string?, UserReplicationDriftKind)[] expected =
        [
            (null, UserReplicationDriftKind.Orphaned), // an item of another program
            ("fake-1", UserReplicationDriftKind.Unguarded), // found by its guard
            ("fake-1", UserReplicationDriftKind.Orphaned), // found by its item
            ("fake-2", UserReplicationDriftKind.Missing), // at its current key
            ("fake-2", UserReplicationDriftKind.Orphaned), // at its former key
            ("fake-3", UserReplicationDriftKind.Different),
            ("fake-4", UserReplicationDriftKind.Missing),
            ("fake-5", UserReplicationDriftKind.Unguarded),
        ];
        (await DriftAsync()).Select(drift => (drift.Key?.ToString(), drift.Kind)).Should().BeEquivalentTo(expected);

        (await RebuildAsync()).Should().OnlyContain(drift => drift.Failure == null);

        await ShouldEqualSourceAsync();
        (await ScanAsync(GuardTable)).Single(guard => guard["user_id"].S == "fake-1").Should().ContainKey("expires_at");
        await Users.UpdateAsync("fake-5", new UserPatch<PlacedUser>().Set(user => user.State, "New York"));
        await ReplicateAsync();
        await ShouldEqualSourceAsync();
    }

    [Fact]
    public async Task One_user_is_rebuilt_by_its_id()
    {
        await CreateAsync(2);
        (await Replicator.RebuildUserAsync("fake-0"))!.Kind.Should().Be(UserReplicationDriftKind.Missing);
        (await TargetAsync()).Select(user => user.Key).Should().Equal("fake-0");
        (await Replicator.RebuildUserAsync("fake-0")).Should().BeNull();
        (await Replicator.RebuildUserAsync("nobody")).Should().BeNull();

        await Users.DeleteAsync("fake-0");
        (await Replicator.RebuildUserAsync("fake-0"))!.Kind.Should().Be(UserReplicationDriftKind.Unguarded);
        (await TargetAsync()).Should().BeEmpty();
        await Replicator.Invoking(one => one.RebuildUserAsync("")).Should().ThrowAsync<InvalidUserException>();
    }

    [Fact]
    public async Task A_rebuild_resumes_from_its_checkpoint()
    {
        await CreateAsync(400);
        var options = new UserReplicationWalkOptions { TotalSegments = 2 };
        for (int run = 0; run < 50; run++)
        {
            await foreach (UserReplicationPage page in Replicator.RebuildAsync(options))
            {
                options = options with { ResumeFrom = page.ContinuationToken };
                break; // as a process that ends after each page; pages of other segments are read again
            }
        }

        Sent().Count(operation => operation == "TransactWriteItems").Should().BeGreaterThanOrEqualTo(400, "each user is written");
        (await Replicator.RebuildAsync(options).ReadAllAsync()).Should().BeEmpty("all parts are done");
        Sent().Should().BeEmpty();
        await ShouldEqualSourceAsync();
    }

    [Fact]
    public async Task A_checkpoint_is_valid_only_for_its_operation()
    {
        await CreateAsync(1);
        string checkpoint = (await Replicator.RebuildAsync().ReadAllAsync()).Last().ContinuationToken;

        await ShouldBeRejectedAsync(Replicator.RebuildAsync(new() { ResumeFrom = checkpoint[..^1] }), "truncated or altered");
        await ShouldBeRejectedAsync(Replicator.RebuildAsync(new() { ResumeFrom = checkpoint, TotalSegments = 5 }), "another");
        await ShouldBeRejectedAsync(Replicator.CompareAsync(new() { ResumeFrom = checkpoint }), "another");

        static async Task ShouldBeRejectedAsync(IAsyncEnumerable<UserReplicationPage> walk, string problem)
            => await FluentActions.Awaiting(() => walk.ReadAllAsync()).Should().ThrowAsync<InvalidContinuationTokenException>().WithMessage($"*{problem}*");
    }

    [Fact]
    public async Task A_user_that_cannot_be_projected_is_reported_and_does_not_block_others()
    {
        await CreateAsync(3);
        await Users.UpdateAsync("fake-1", new UserPatch<PlacedUser>().Set(user => user.State, new string('s', 3000)));
        await Server.Client.PutItemAsync(Table, new() { ["user_id"] = new("fake-9"), ["city"] = new() { M = [] } });

        IReadOnlyList<UserReplicationDrift> found = await RebuildAsync();

        found.Where(drift => drift.Kind == UserReplicationDriftKind.Unprojectable)
            .Select(drift => (drift.Key?.ToString(), drift.Failure!.GetType())).Should().BeEquivalentTo(
                [("fake-1", typeof(UserProjectionException)), ("fake-9", typeof(UserStoreSchemaException))]);
        (await TargetAsync()).Select(user => user.Key).Should().BeEquivalentTo("fake-0", "fake-2");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_concurrent_change_is_not_reverted(bool wasReplicated)
    {
        await CreateAsync(1);
        if (wasReplicated)
        {
            await ReplicateAsync();
            await Server.Client.DeleteItemAsync(TargetTable, Key("fake-0"));
        }

        BeforeNext("TransactWriteItems", async () =>
        {
            await Users.UpdateAsync("fake-0", new UserPatch<PlacedUser>().Set(user => user.City, "Columbus"));
            var other = new UserReplicator<PlacedUser, UserByPlace>(Server.Client, Options, new ByPlace());
            foreach (UserChangeRecord<PlacedUser> record in await NewRecordsAsync())
                await other.HandleAsync(record.Change!);
        });

        await RebuildAsync();

        (await TargetAsync())["fake-0"].Should().ContainSingle().Which["city"].S.Should().Be("Columbus");
        await ShouldEqualSourceAsync();
    }

    [Fact]
    public async Task A_rebuild_over_a_faulty_wire_ends_without_drift()
    {
        await CreateAsync(200);
        Wire.Randomly(7, 0.25, WireFault.LostResponse, WireFault.Throttle, WireFault.TransactionConflict, WireFault.Reset);

        await RebuildAsync();

        Wire.Clear();
        await ShouldEqualSourceAsync();
    }

    [Fact]
    [Trait("Category", TestVolume.Category)]
    public async Task A_rebuild_while_many_changes_arrive_ends_without_drift()
    {
        int changes = TestVolume.Of(full: 2000, usual: 200);
        await CreateAsync(UsersWritten);
        int rebuilds = 0;
        using var written = new CancellationTokenSource();
        Task writing = Task.Run(async () =>
        {
            while (Volatile.Read(ref rebuilds) < 2)
                await WriteAsync(changes);
            await written.CancelAsync();
        });
        // The changes are replicated while rebuilds run in sequence.
        var dispatcher = new UserChangeDispatcher<PlacedUser>(Reader, [Replicator]);
        Task replicating = Task.Run(async () =>
        {
            bool isLast;
            do
            {
                isLast = written.IsCancellationRequested;
                await DeliverAsync(dispatcher, await NewRecordsAsync());
            }
            while (!isLast);
        });

        do
        {
            (await RebuildAsync()).Should().NotContain(drift => drift.Failure != null);
            Interlocked.Increment(ref rebuilds);
        }
        while (!written.IsCancellationRequested);
        await Task.WhenAll(writing, replicating);

        await ShouldEqualSourceAsync();
    }

    private async Task<IReadOnlyList<UserReplicationDrift>> RebuildAsync()
        => [.. (await Replicator.RebuildAsync().ReadAllAsync()).SelectMany(page => page.Drifts)];

    private async Task CreateAsync(int count)
        => await Parallel.ForAsync(0, count, async (number, token) => await Users.CreateAsync(NewUser(number), token));

    // Each writer has separate users.
    private Task WriteAsync(int count) => Parallel.ForAsync(0, 4, async (writer, token) =>
    {
        Random random = new(writer);
        for (int i = 0; i < count / 4; i++)
        {
            int number = random.Next(UsersWritten / 4) * 4 + writer;
            if (await Users.FindAsync($"fake-{number}", ReadConsistency.Strong, token) is not { } user)
                await Users.CreateAsync(NewUser(number), token);
            else if (random.Next(5) == 0)
                await Users.DeleteAsync(user.UserId, cancellationToken: token);
            else
                await Users.UpdateAsync(user with { City = $"City {random.Next(5)}", State = $"State {random.Next(3)}" }, token);
        }
    });

    private static Dictionary<string, AttributeValue> Key(string userId)
        => new() { ["state"] = new("Ohio"), ["city_user_id"] = new($"Cleveland#{userId}") };
}
