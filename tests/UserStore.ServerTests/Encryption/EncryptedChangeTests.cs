using System.Text.Json;
using System.Text.Json.Nodes;
using Amazon.DynamoDBv2.DataModel;
using Functions.Local;
using UserStore.Replication;
using UserStore.TestKit.UserTypes;

namespace UserStore.ServerTests.Encryption;

/// <summary>Changes and replication of users with encrypted values.</summary>
public sealed class EncryptedChangeTests : EncryptionTest
{
    private LocalStream _stream = null!;
    private UserReplicator<Patient, WardView> _replicator = null!;

    private string Target => Options.TableNamePrefix + "Wards";

    public override async Task InitializeAsync()
    {
        Options.StreamViewType = TableStreamViewType.NewAndOldImages;
        await base.InitializeAsync();
        _stream = await DynamoDbStores.OpenStreamAsync(Users);
        _replicator = new UserReplicator<Patient, WardView>(Client, NewProcessOptions(), new ByInsurance(), options: null, Stores.Time);
        await _replicator.EnsureTablesAsync();
    }

    [Fact]
    public async Task Handlers_receive_the_values()
    {
        Patient created = await Store.CreateAsync(Patient.New(1));
        Patient saved = await Store.UpdateAsync(created with { Diagnosis = "Other" });

        IReadOnlyList<UserChangeRecord<Patient>> records = await ReadEventAsync();

        records.Select(record => record.Change!.HasErasedValues).Should().Equal(false, false);
        records[0].Change!.NewUser.Should().BeEquivalentTo(created);
        records[1].Change!.OldUser.Should().BeEquivalentTo(created);
        records[1].Change!.NewUser.Should().BeEquivalentTo(saved);
    }

    [Fact]
    public async Task Changes_of_a_user_who_is_deleted_by_now_lack_the_values()
    {
        await Store.CreateAsync(Patient.New(1));
        Patient other = await Store.CreateAsync(Patient.New(2));
        await Store.DeleteAsync("fake-1");

        IReadOnlyList<UserChangeRecord<Patient>> records = await ReadEventAsync();

        records.Should().OnlyContain(record => record.Problem == null);
        UserChange<Patient>[] ofDeleted = [.. records.Where(record => record.Key == (UserKey)"fake-1").Select(record => record.Change!)];
        ofDeleted.Select(change => (change.Kind, change.HasErasedValues)).Should().Equal((UserChangeKind.Inserted, true), (UserChangeKind.Removed, true));
        Patient removed = ofDeleted[1].OldUser!;
        (removed.Id, removed.Ward, removed.Visits, removed.Diagnosis, removed.Insurance, removed.Age).Should().Be(("fake-1", "ward-1", 1, null, null, null));
        UserChange<Patient> ofOther = records.Single(record => record.Key == (UserKey)"fake-2").Change!;
        (ofOther.NewUser!.Diagnosis, ofOther.HasErasedValues).Should().Be((other.Diagnosis, false));
    }

    [Fact]
    public async Task A_record_with_a_changed_value_is_a_problem_of_its_own()
    {
        await Store.CreateAsync(Patient.New(1));
        await Store.CreateAsync(Patient.New(2));
        JsonNode json = JsonNode.Parse(await NextEventAsync())!;
        JsonNode image = json["Records"]![0]!["dynamodb"]!["NewImage"]!;
        byte[] changed = Convert.FromBase64String((string)image["Diagnosis"]!["B"]!);
        changed[^1] ^= 1;
        image["Diagnosis"]!["B"] = Convert.ToBase64String(changed);

        IReadOnlyList<UserChangeRecord<Patient>> records = await ReadJsonAsync(json.ToJsonString());

        (records[0].Problem is null, records[1].Problem is null).Should().Be((false, true));
        records[0].Problem!.ToString().Should().Contain("cannot be decrypted").And.NotContain("Fake diagnosis");
    }

    [Fact]
    public async Task An_event_is_not_read_while_the_wrapper_fails()
    {
        await Store.CreateAsync(Patient.New(1));
        string json = await NextEventAsync();
        Wrapper.Before = _ => throw new InvalidOperationException("Fake outage.");

        Func<Task> read = () => ReadJsonAsync(json);

        (await read.Should().ThrowAsync<UserStoreUnavailableException>()).Which.IsTransient.Should().BeTrue();
    }

    [Fact]
    public void A_reader_without_a_client_refuses_the_type()
    {
        Action create = () => _ = new UserChangeReader<Patient>(NewProcessOptions());
        Action read = () => new UserChangeReader<Patient>(NewProcessOptions(), Client).ReadRecord(default);

        create.Should().Throw<InvalidOperationException>().Which.Message.Should().Contain("encrypted properties").And.Contain("with a client");
        read.Should().Throw<InvalidOperationException>().Which.Message.Should().Contain("ReadRecordAsync");
    }

    [Fact]
    public async Task Replications_project_the_values_and_follow_the_source_where_they_are_erased()
    {
        for (int number = 1; number <= 3; number++)
            await Store.CreateAsync(Patient.New(number));
        await Store.UpdateAsync("fake-1", new UserPatch<Patient>().Set(user => user.Insurance, "other-insurance"));
        await Store.DeleteAsync("fake-2");
        await ReplicateAsync();
        await ShouldEqualSourceAsync();

        await Store.DeleteAsync("fake-1");
        await Store.CreateAsync(Patient.New(1) with { Insurance = "third-insurance" });
        await Store.UpdateAsync("fake-3", new UserPatch<Patient>().Set(user => user.Age, 90));
        await ReplicateAsync();
        await ShouldEqualSourceAsync();
    }

    [Fact]
    public async Task A_target_is_rebuilt_from_the_values()
    {
        for (int number = 1; number <= 3; number++)
            await Store.CreateAsync(Patient.New(number));
        await EraseKeyAsync("fake-2");

        List<UserReplicationDrift> drifts = [.. (await _replicator.RebuildAsync().ReadAllAsync()).SelectMany(page => page.Drifts)];

        drifts.Where(drift => drift.Failure is null).Select(drift => drift.Key).Should().BeEquivalentTo(new UserKey?[] { "fake-1", "fake-3" });
        drifts.Where(drift => drift.Failure is not null).Select(drift => (drift.Key, drift.Kind)).Should().Contain(
            ((UserKey?)"fake-2", UserReplicationDriftKind.Unprojectable));
        (await ScanAsync(Target)).Select(item => item["insurance"].S).Should().BeEquivalentTo("fake-insurance-1", "fake-insurance-3");
    }

    private async Task ReplicateAsync()
    {
        foreach (UserChangeRecord<Patient> record in await ReadEventAsync())
            await _replicator.HandleAsync(record.Change!);
    }

    private async Task ShouldEqualSourceAsync()
    {
        List<Patient> users = await OtherProcess().ListAsync(new UserListOptions { Consistency = ReadConsistency.Strong }).ReadAllAsync();
        (await ScanAsync(Target)).Select(item => (item["insurance"].S, item["age"].N)).Should().BeEquivalentTo(
            users.Select(user => (user.Insurance, $"{user.Age}")));
        (await _replicator.CompareAsync().ReadAllAsync()).SelectMany(page => page.Drifts).Should().BeEmpty();
    }

    private async Task<IReadOnlyList<UserChangeRecord<Patient>>> ReadEventAsync() => await ReadJsonAsync(await NextEventAsync());

    private async Task<string> NextEventAsync() => JsonSerializer.Serialize(new { Records = await _stream.ReadNewAsync() });

    private async Task<IReadOnlyList<UserChangeRecord<Patient>>> ReadJsonAsync(string json)
    {
        using var stream = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(json));
        return await new UserChangeReader<Patient>(NewProcessOptions(), Server.Client).ReadEventAsync(stream);
    }

    private sealed class ByInsurance : IUserProjection<Patient, WardView>
    {
        public WardView? Project(Patient user) => user.Insurance is { } insurance ? new WardView { Insurance = insurance, Age = user.Age } : null;
    }

    [DynamoDBTable("Wards")]
    public sealed class WardView
    {
        [DynamoDBHashKey("insurance")]
        public required string Insurance { get; init; }

        [DynamoDBProperty("age")]
        public int? Age { get; init; }
    }
}
