using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb;
using UserStore.Testing;
using UserStore.TestKit.UserTypes;

namespace UserStore.ServerTests.Encryption;

/// <summary>A process that ends after, or directly before, any of its requests, or does not receive a response, leaves no user without its data key, and no
/// data key without its user.</summary>
public sealed class DataKeyCrashTests : EncryptionTest
{
    private const int MaxRequests = 10;

    private static readonly Dictionary<string, Func<DataKeyCrashTests, IUserStore<Patient>, Patient, CancellationToken, Task>> Actions = new()
    {
        ["create"] = (_, store, _, token) => store.CreateAsync(Patient.New(2), token),
        ["create in a batch"] = async (test, _, _, token) => await new DynamoDbUserBatchWriter<Patient>(
            test.Client, test.Options, test.Stores.Time).CreateAsync([Patient.New(2), Patient.New(3)], cancellationToken: token),
        ["create over the data key of a user who is gone"] = (_, store, _, token) => store.CreateAsync(Patient.New(5), token),
        ["create with the value of an expired user"] = (_, store, _, token) => store.CreateAsync(
            Patient.New(2) with { Insurance = "expired-insurance" }, token),
        ["save"] = (_, store, user, token) => store.UpdateAsync(user with { Diagnosis = "Other" }, token),
        ["save another unique value"] = (_, store, user, token) => store.UpdateAsync(user with { Insurance = "other-insurance" }, token),
        ["save without what the store knows"] = (_, store, user, token) => store.UpdateAsync(user with { ETag = null, Diagnosis = "Other" }, token),
        ["save a user with plain values"] = async (_, store, _, token) => await store.UpdateAsync(
            (await store.GetAsync("fake-4", ReadConsistency.Strong, token)) with { Visits = 5 }, token),
        ["patch"] = (_, store, _, token) => store.UpdateAsync("fake-1", new UserPatch<Patient>().Set(user => user.Diagnosis, "Other"), token),
        ["patch a unique value"] = (_, store, _, token) => store.UpdateAsync(
            "fake-1", new UserPatch<Patient>().Set(user => user.Insurance, "other-insurance"), token),
        ["patch a user with plain values"] = (_, store, _, token) => store.UpdateAsync(
            "fake-4", new UserPatch<Patient>().Set(user => user.Diagnosis, "Other"), token),
        ["delete"] = (_, store, _, token) => store.DeleteAsync("fake-1", null, token),
        ["delete a revision"] = (_, store, user, token) => store.DeleteUnchangedAsync(user, token),
    };

    public static TheoryData<string, bool> Cuts => EachTwice(Actions.Keys);

    [Theory]
    [MemberData(nameof(Cuts))]
    public async Task An_interrupted_call_leaves_users_with_their_data_keys(string call, bool isRequestApplied)
    {
        int cuts = await CutAtEveryRequestAsync(MaxRequests, async request =>
        {
            Patient user = await ArrangeAsync();
            using var process = new CancellationTokenSource();
            CutAt(request, isRequestApplied, process.CancelAsync);
            bool isCut = false;
            try
            {
                await Actions[call](this, OpenStore(), user, process.Token);
            }
            catch (OperationCanceledException) when (process.IsCancellationRequested)
            {
                isCut = true;
            }

            isCut |= process.IsCancellationRequested; // a batch reports it in its result
            Wire.Clear();
            await ShouldAllHaveKeysAsync();
            return isCut;
        });

        cuts.Should().BePositive("the first cut must hit");
    }

    [Theory]
    [MemberData(nameof(Cuts))]
    public async Task A_lost_response_changes_nothing(string call, bool isRequestApplied)
    {
        int faults = await CutAtEveryRequestAsync(MaxRequests, async request =>
        {
            Patient user = await ArrangeAsync();
            bool isHit = false;
            Wire.Every(request, isRequestApplied ? WireFault.LostResponse : WireFault.LateRequest(1));
            Wire.AfterFault = _ =>
            {
                isHit = true;
                Wire.Every(int.MaxValue, WireFault.Reset);
                return Task.CompletedTask;
            };

            try
            {
                await Actions[call](this, OpenStore(), user, CancellationToken.None);
            }
            catch (UserWriteOutcomeUnknownException)
            {
                isHit.Should().BeTrue();
            }

            Wire.Clear();
            await ShouldAllHaveKeysAsync();
            return isHit;
        });

        faults.Should().BePositive("the first fault must hit");
    }

    // A process that knows no data key yet.
    private DynamoDbUserStore<Patient> OpenStore() => new(Client, NewProcessOptions(), Stores.Time);

    private async Task<Patient> ArrangeAsync()
    {
        foreach (string table in new[] { Users, Reservations, DataKeys })
        {
            foreach (Dictionary<string, AttributeValue> item in await ScanAsync(table))
            {
                string key = table == Users ? "Id" : table == DataKeys ? "id" : "reservation";
                await Server.Client.DeleteItemAsync(table, new() { [key] = item[key] });
            }
        }

        DynamoDbUserStore<Patient> store = OtherProcess();
        await store.CreateAsync(Patient.New(5));
        await Server.Client.DeleteItemAsync(Users, new() { ["Id"] = new("fake-5") }); // as time to live does
        Patient user = await store.CreateAsync(Patient.New(1));
        await store.CreateAsync(Patient.New(7) with { Insurance = "expired-insurance", TimeToLive = Clock.GetUtcNow().AddSeconds(5).ToUnixTimeSeconds() });
        Clock.Advance(TimeSpan.FromSeconds(5));
        await PutPlainAsync(4);
        return user;
    }

    private async Task ShouldAllHaveKeysAsync()
    {
        List<Patient> users = await OtherProcess().ListAsync(new UserListOptions { Consistency = ReadConsistency.Strong }).ReadAllAsync();
        string[] stored = [.. (await ScanAsync(Users)).Select(item => item["Id"].S)];
        users.Select(user => user.Id).Should().BeSubsetOf(stored);
        (await ScanAsync(DataKeys)).Select(row => row["id"].S).Should().BeSubsetOf(
            stored.Append("fake-5").Select(id => RowOf(id)["id"].S), "fake-5 left its key behind before");
    }
}
