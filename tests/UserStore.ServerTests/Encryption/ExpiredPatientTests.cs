using System.Text.Json;
using Amazon.DynamoDBv2.Model;
using Functions.Local;
using UserStore.DynamoDb.Sending;
using UserStore.Replication;
using UserStore.Testing;
using UserStore.TestKit.UserTypes;

namespace UserStore.ServerTests.Encryption;

/// <summary>The cleanup by the stream releases encrypted unique values also where the data key is deleted already.</summary>
public sealed class ExpiredPatientTests : EncryptionTest
{
    private LocalStream _stream = null!;

    private ReservationCleanup<Patient> Cleanup => new(StoreConnection.WithoutLogging(Client, Options, Stores.Time));

    public override async Task InitializeAsync()
    {
        Options.StreamViewType = TableStreamViewType.NewAndOldImages;
        await base.InitializeAsync();
        _stream = await DynamoDbStores.OpenStreamAsync(Users);
        await Store.CreateAsync(Patient.New(1) with { TimeToLive = Clock.GetUtcNow().AddSeconds(5).ToUnixTimeSeconds() });
        Clock.Advance(TimeSpan.FromSeconds(6));
    }

    [Fact]
    public async Task A_user_of_whom_another_one_took_a_value_over_leaves_no_reservation()
    {
        await Store.CreateAsync(Patient.New(2) with { Insurance = "fake-insurance-1" });

        foreach (UserChange<Patient> change in await ReadChangesAsync())
            await Cleanup.HandleAsync(change);

        (await ScanAsync(Reservations)).Should().HaveCount(2).And.OnlyContain(row => row["owner"].S == "fake-2");
        (await ScanAsync(DataKeys)).Should().ContainSingle();
    }

    [Fact]
    public async Task A_process_does_not_keep_a_data_key_that_it_reads_while_it_deletes_it()
    {
        Dictionary<string, AttributeValue> backup = await ReadAsync("fake-1");
        backup.Remove("TimeToLive");
        int transactions = 0;
        Wire.BeforeRequest = async request =>
        {
            if (request.Operation == "TransactWriteItems" && ++transactions == 2)
                await Store.FindAsync("fake-1", ReadConsistency.Strong); // at the same time
        };

        await Store.CreateAsync(Patient.New(2) with { Insurance = "fake-insurance-1" });

        transactions.Should().Be(2, "the second one deletes the expired user");
        await ShouldNotDecryptAsync(backup);
    }

    [Fact]
    public async Task A_process_does_not_keep_a_data_key_that_its_cleanup_deletes_without_a_response()
    {
        Dictionary<string, AttributeValue> backup = await ReadAsync("fake-1");
        backup.Remove("TimeToLive");
        await Server.Client.DeleteItemAsync(Users, new() { ["Id"] = new("fake-1") });
        using var process = new CancellationTokenSource();
        List<UserChange<Patient>> changes = await ReadChangesAsync();
        Wire.AfterFault = _ => process.CancelAsync();
        Wire.BeforeRequest = request =>
        {
            if (request.Operation == "TransactWriteItems" && request.Body.Contains("DataKeys", StringComparison.Ordinal))
                Wire.Next(WireFault.LostResponse, "TransactWriteItems");
            return Task.CompletedTask;
        };
        foreach (UserChange<Patient> change in changes)
        {
            await ((Task)Cleanup.HandleAsync(change, process.Token)).ConfigureAwait(
                ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }

        await ShouldNotDecryptAsync(backup);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public async Task An_interrupted_cleanup_that_is_repeated_leaves_nothing(int request)
    {
        await Server.Client.DeleteItemAsync(Users, new() { ["Id"] = new("fake-1") }); // as time to live does
        JsonElement[] records = JsonSerializer.SerializeToElement(await _stream.ReadNewAsync()).EnumerateArray().ToArray();
        int sent = 0;
        using var process = new CancellationTokenSource();
        foreach (UserChange<Patient> change in await ReadAsync(records))
        {
            Wire.BeforeRequest = async _ =>
            {
                if (++sent == request)
                    await process.CancelAsync();
            };
            await ((Task)Cleanup.HandleAsync(change, process.Token)).ConfigureAwait(
                ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }

        Wire.Clear();
        foreach (UserChange<Patient> change in await ReadAsync(records))
            await Cleanup.HandleAsync(change);

        sent.Should().BeGreaterThan(0);
        (await ScanAsync(Reservations)).Should().BeEmpty();
        (await ScanAsync(DataKeys)).Should().BeEmpty();
    }

    private async Task ShouldNotDecryptAsync(Dictionary<string, AttributeValue> backup)
    {
        Wire.Clear();
        (await ScanAsync(DataKeys)).Select(row => row["id"].S).Should().NotContain(RowOf("fake-1")["id"].S);
        await Server.Client.PutItemAsync(Users, backup);

        Func<Task> read = () => Store.FindAsync("fake-1", ReadConsistency.Strong);

        await read.Should().ThrowAsync<UserStoreSchemaException>();
    }

    private async Task<List<UserChange<Patient>>> ReadChangesAsync()
        => await ReadAsync([.. JsonSerializer.SerializeToElement(await _stream.ReadNewAsync()).EnumerateArray()]);

    // By a process that knows no data key.
    private async Task<List<UserChange<Patient>>> ReadAsync(JsonElement[] records)
    {
        var reader = new UserChangeReader<Patient>(NewProcessOptions(), Server.Client, Stores.Time);
        var changes = new List<UserChange<Patient>>();
        foreach (JsonElement record in records)
            changes.Add((await reader.ReadRecordAsync(record)).Change!);
        return changes;
    }
}
