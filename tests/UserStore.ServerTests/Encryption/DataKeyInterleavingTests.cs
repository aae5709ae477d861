using Amazon.DynamoDBv2.DataModel;
using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;
using UserStore.DynamoDb;
using UserStore.TestKit.UserTypes;

namespace UserStore.ServerTests.Encryption;

/// <summary>Another process deletes a user, creates one or does both, directly before any request of a call: no call reports a data key as erased,
/// because none was erased alone.</summary>
public sealed class DataKeyInterleavingTests : EncryptionTest
{
    private const int MaxRequests = 20;

    private static readonly Dictionary<string, Func<IUserStore<Patient>, Patient, Task>> Calls = new()
    {
        ["find"] = (store, _) => store.FindAsync("fake-1", ReadConsistency.Strong),
        ["find by a unique value"] = (store, _) => store.FindByAsync(user => user.Insurance, "fake-insurance-1", ReadConsistency.Strong),
        ["find many"] = (store, _) => store.FindManyAsync(["fake-1", "fake-2"]).ReadAllAsync(),
        ["list"] = (store, _) => store.ListAsync(new UserListOptions { Consistency = ReadConsistency.Strong }).ReadAllAsync(),
        ["query"] = (store, _) => store.QueryAsync(new UserQuery<Patient>("ward-index", "ward-1")).ReadAllAsync(),
        ["patch"] = (store, _) => store.UpdateAsync("fake-1", new UserPatch<Patient>().Set(user => user.Diagnosis, "Patched")),
        ["patch a value that is not encrypted"] = (store, _) => store.UpdateAsync("fake-1", new UserPatch<Patient>().Increment(user => user.Visits, 1)),
        ["patch a unique value"] = (store, _) => store.UpdateAsync("fake-1", new UserPatch<Patient>().Set(user => user.Insurance, "patched")),
        ["save"] = (store, user) => store.UpdateAsync(user with { Diagnosis = "Saved" }),
        ["save a unique value"] = (store, user) => store.UpdateAsync(user with { Insurance = "saved" }),
        ["save without what the store knows"] = (store, user) => store.UpdateAsync(user with { ETag = null, Diagnosis = "Saved" }),
        ["delete"] = (store, _) => store.DeleteAsync("fake-1"),
        ["create"] = (store, _) => store.CreateAsync(Patient.New(1)),
    };

    private static readonly Dictionary<string, (bool Exists, Func<IUserStore<Patient>, Task> RunAsync)> Interferences = new()
    {
        ["deletes"] = (true, store => store.DeleteAsync("fake-1")),
        ["recreates"] = (true, RecreateAsync),
        ["creates"] = (false, store => store.CreateAsync(Patient.New(1))),
        ["creates and deletes"] = (false, async store =>
        {
            await store.CreateAsync(Patient.New(1));
            await store.DeleteAsync("fake-1");
        }
        ),
    };

    public static TheoryData<string, string, bool> Interleavings
    {
        get
        {
            var data = new TheoryData<string, string, bool>();
            foreach (string call in Calls.Keys)
            {
                foreach (string interference in Interferences.Keys)
                {
                    data.Add(call, interference, false);
                    data.Add(call, interference, true);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Interleavings))]
    public async Task A_user_of_another_process_is_never_one_without_a_data_key(string call, string interference, bool hasKeyInMemory)
    {
        (bool exists, Func<IUserStore<Patient>, Task> interfereAsync) = Interferences[interference];
        int interferences = await CutAtEveryRequestAsync(MaxRequests, async request =>
        {
            await OtherProcess().DeleteAsync("fake-1");
            Patient user = await OtherProcess().CreateAsync(Patient.New(1));
            DynamoDbUserStore<Patient> store = new(Client, NewProcessOptions(), Stores.Time);
            if (hasKeyInMemory)
                await store.GetAsync("fake-1", ReadConsistency.Strong);
            if (!exists)
                await OtherProcess().DeleteAsync("fake-1");
            bool isReached = false;
            int sent = 0;
            Wire.BeforeRequest = async _ =>
            {
                if (Interlocked.Increment(ref sent) != request)
                    return;
                isReached = true;
                Clock.Advance(TimeSpan.FromSeconds(1)); // a user without an ETag is compared by its time of creation
                await interfereAsync(OtherProcess());
            };

            try
            {
                await Calls[call](store, user);
            }
            catch (UserStoreException refused) when (refused is UserAlreadyExistsException or UserNotFoundException or UserConflictException)
            {
                // the other process was faster
            }

            Wire.Clear();
            await ShouldAllBeReadableAsync();
            if (isReached && interference == "recreates" && call.StartsWith("save", StringComparison.Ordinal))
                await ShouldBeRecreatedAsync();
            return isReached;
        });

        interferences.Should().BePositive("the first request must be reached");
    }

    [Fact]
    public async Task A_user_who_is_created_between_the_read_of_its_data_key_and_that_of_its_item_is_found()
    {
        var keyIsRead = new TaskCompletionSource();
        Client.AfterResponseEvent += (_, response) =>
        {
            if (((WebServiceResponseEventArgs)response).Response is GetItemResponse { Item.Count: 0 } or GetItemResponse { IsItemSet: false })
                keyIsRead.TrySetResult();
        };
        Patient? created = null;
        Wire.BeforeRequest = async request =>
        {
            if (request.Body.Contains("DataKeys", StringComparison.Ordinal))
                return;
            Wire.BeforeRequest = null;
            await keyIsRead.Task;
            created = await OtherProcess().CreateAsync(Patient.New(1));
        };

        Patient? found = await Store.FindAsync("fake-1", ReadConsistency.Strong);

        found.Should().NotBeNull().And.BeEquivalentTo(created);
    }

    [Fact]
    public async Task A_patch_of_a_user_who_is_deleted_before_its_values_are_decrypted_finds_none()
    {
        await OtherProcess().CreateAsync(Patient.New(1));
        DynamoDbUserStore<Patient> store = new(Client, NewProcessOptions(), Stores.Time);
        var isPatched = new TaskCompletionSource();
        Client.AfterResponseEvent += (_, response) =>
        {
            if (((WebServiceResponseEventArgs)response).Response is UpdateItemResponse)
                isPatched.TrySetResult();
        };
        Wire.BeforeRequest = async request =>
        {
            if (!request.Body.Contains("DataKeys", StringComparison.Ordinal))
                return;
            Wire.BeforeRequest = null;
            await isPatched.Task;
            await OtherProcess().DeleteAsync("fake-1");
        };

        Func<Task> patch = () => store.UpdateAsync("fake-1", new UserPatch<Patient>().Increment(user => user.Visits, 1));

        await patch.Should().ThrowAsync<UserNotFoundException>();
    }

    [Fact]
    public async Task A_patch_of_a_user_with_a_key_in_several_forms_who_is_deleted_meanwhile_finds_none()
    {
        UserStoreOptions options = NewProcessOptions();
        var other = new DynamoDbUserStore<Ticket>(Server.Client, options, Stores.Time);
        await other.EnsureTablesAsync();
        Guid id = Guid.NewGuid();
        for (int request = 1; request <= 3; request++)
        {
            await other.CreateAsync(new Ticket { Id = id, Code = "fake-code" });
            int sent = 0;
            Wire.BeforeRequest = async _ =>
            {
                if (++sent == request)
                    await other.DeleteAsync(UserKey.Of(id));
            };
            var store = new DynamoDbUserStore<Ticket>(Client, NewProcessOptions(), Stores.Time);

            Func<Task> patch = () => store.UpdateAsync(UserKey.Of(id), new UserPatch<Ticket>().Set(ticket => ticket.Code, "other-code"));

            await patch.Should().ThrowAsync<UserNotFoundException>();
        }
    }

    // A save of the former user must not be applied to the new one.
    private async Task ShouldBeRecreatedAsync()
    {
        Patient? stored = await OtherProcess().FindAsync("fake-1", ReadConsistency.Strong);
        (stored?.Diagnosis, stored?.Insurance).Should().Be(("Recreated", "fake-insurance-1"));
    }

    private static async Task RecreateAsync(IUserStore<Patient> store)
    {
        await store.DeleteAsync("fake-1");
        await store.CreateAsync(Patient.New(1) with { Diagnosis = "Recreated" });
    }

    [DynamoDBTable("Tickets")]
    private sealed record Ticket
    {
        [DynamoDBHashKey]
        public Guid Id { get; init; }

        [DynamoDBVersion]
        public long? Version { get; init; }

        [Encrypted]
        [Unique("code")]
        public string? Code { get; init; }
    }
}
