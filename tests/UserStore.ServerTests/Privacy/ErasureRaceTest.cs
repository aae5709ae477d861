using Microsoft.Extensions.DependencyInjection;
using UserStore.Migrations;
using UserStore.Privacy;
using UserStore.Replication;

namespace UserStore.ServerTests.Privacy;

/// <summary>A call and an erasure of the same user run at the same time: one completely within the other, at each request of the other.</summary>
public abstract class ErasureRaceTest : PrivacyTest
{
    private const int MaxRequests = 150;

    private static readonly Dictionary<string, Func<ErasureRaceTest, ServiceProvider, Person, Task>> Calls = new()
    {
        ["erase"] = (_, services, user) => PrivacyOf(services).EraseAsync(user.UserId),
        ["create"] = (_, services, user) => StoreOf(services).CreateAsync(NewPerson(user.UserId)),
        ["create without values"] = (_, services, user) => StoreOf(services).CreateAsync(new Person { UserId = user.UserId }),
        ["replace"] = (_, services, user) => StoreOf(services).UpdateAsync(user with { Email = $"new.{user.Email}" }),
        ["patch the email"] = (_, services, user) => StoreOf(services).UpdateAsync(
            user.UserId, new UserPatch<Person>().Set(one => one.Email, $"new.{user.Email}")),
        ["delete"] = (_, services, user) => StoreOf(services).DeleteAsync(user.UserId),
        ["restrict"] = (_, services, user) => PrivacyOf(services).RestrictAsync(user.UserId),
        ["release"] = (_, services, user) => PrivacyOf(services).ReleaseAsync(user.UserId),
        ["batch"] = (_, services, user) => services.GetRequiredService<IUserBatchWriter<Person>>().CreateAsync([NewPerson(user.UserId)]),
        ["replicate the insert"] = (_, services, user) => HandleAsync(services, Inserted(user, 1)),
        ["replicate a change"] = (_, services, user) => HandleAsync(services, Modified(user, user with { Name = $"New {user.Name}" }, 2)),
        ["replicate the removal"] = (_, services, user) => HandleAsync(services, Removed(user, 3)),
        ["rebuild"] = (_, services, _) => RebuildAsync(services),
        ["repair"] = (_, services, _) => services.GetRequiredService<IUniqueValueAudit<Person>>().RepairAsync().ReadAllAsync(),
        ["backfill"] = (test, services, user) => test.BackfillAsync(services, user.UserId),
        ["import"] = (test, services, _) => test.ImportAsync(services),
    };

    private int _number;

    /// <summary>Gets or sets what the erasure returned; null if it did not run or threw.</summary>
    protected UserErasureReceipt? Receipt { get; set; }

    private string External => $"{Options.TableNamePrefix}External-{_number}";

    public static TheoryData<string, bool> Races => EachTwice(Calls.Keys);

    /// <summary>Runs an action again and again: with another before its first request, then before its second, and so on until it sends
    /// fewer.</summary>
    protected async Task<int> WithinAsync(
        Func<Action<Func<Task>>, Task<Person>> runAsync, IReadOnlyCollection<string>? others = null, bool isRequestRepeated = false)
    {
        return await CutAtEveryRequestAsync(MaxRequests, async request =>
        {
            bool wasReached = false;
            int sent = 0;
            Person user = await runAsync(other =>
            {
                Wire.Clear();
                if (isRequestRepeated)
                    CutAt(request, isRequestApplied: true, OnceAsync);
                else
                    Wire.BeforeRequest = _ => Interlocked.Increment(ref sent) == request ? OnceAsync() : Task.CompletedTask;

                Task OnceAsync()
                {
                    if (wasReached)
                        return Task.CompletedTask;
                    wasReached = true;
                    Wire.Clear();
                    return other();
                }
            });
            Wire.Clear();

            UserErasureReceipt receipt = Receipt ?? await OtherPrivacy.EraseAsync(user.UserId);
            Receipt = null;
            if (others is not null)
                await ShouldBeErasedAsync(receipt, others);
            (await OtherPrivacy.VerifyErasedAsync([receipt]).ReadAllAsync()).Should().BeEmpty();
            (await AuditAsync()).Should().BeEmpty();
            Func<Task> create = () => Users.CreateAsync(NewPerson(user.UserId));
            await create.Should().ThrowAsync<UserErasedException>();
            return wasReached;
        });
    }

    protected async Task<List<string>> PrepareOthersAsync()
    {
        await CreateReplicatedAsync(NewPerson("other"));
        await PutPoisonAsync("other", 0);
        return await OthersAsync();
    }

    protected async Task<Person> PrepareAsync(string call, bool isLarge)
    {
        string id = $"gone-{++_number}";
        Person user = NewPerson(id, isLarge ? 86 : 2);
        if (isLarge)
        {
            for (int entry = 0; entry < 15; entry++)
                await PutPoisonAsync(id, 15 * _number + entry);
        }

        if (call == "import")
        {
            await CreateExternalTableAsync(External, "id");
            await Server.Client.PutItemAsync(External, new() { ["id"] = new($"{id}@old.test"), ["user"] = new(id), ["email"] = new($"{id}@example.test") });
        }

        if (!isLarge && (call is "import" or "batch" || call.StartsWith("create", StringComparison.Ordinal)))
            return user;

        Person created = await Users.CreateAsync(user);
        if (call is not ("replicate the insert" or "rebuild" or "batch") && (isLarge || call.StartsWith("replicate", StringComparison.Ordinal)))
            await HandleAsync(Others, Inserted(created, 1));
        if (call == "release")
            await OtherPrivacy.RestrictAsync(id);
        return created;
    }

    // The call may be refused in any way that its contract names.
    protected async Task RunAsync(string call, ServiceProvider services, Person user)
    {
        try
        {
            await Calls[call](this, services, user);
        }
        catch (UserStoreException refused) when (refused is UserErasedException or UserAlreadyExistsException or UserNotFoundException
            or UserConflictException or UserRestrictedException or UserWriteOutcomeUnknownException)
        {
            // The erasure was first, or was not yet complete.
        }
    }

    private static IUserStore<Person> StoreOf(ServiceProvider services) => services.GetRequiredService<IUserStore<Person>>();

    private static async Task RebuildAsync(ServiceProvider services)
    {
        await services.GetRequiredService<UserReplicator<Person, PersonByEmail>>().RebuildAsync().ReadAllAsync();
        await services.GetRequiredService<UserReplicator<Person, PersonByName>>().RebuildAsync().ReadAllAsync();
    }

    /// <summary>Runs a backfill that cannot process the user.</summary>
    private Task BackfillAsync(ServiceProvider services, string userId) => MigrateAsync(services, options => options.Migrations.Add(
        $"{_number:00000000000000}_backfill",
        (context, token) => context.BackfillAsync(
            new Backfill
            {
                Name = "none",
                TableName = Table,
                Transform = (item, _) => item["user_id"].S == userId ? throw new FormatException() : ValueTask.CompletedTask,
                Options = new BackfillOptions { MaxPoisonItems = 5, TotalSegments = 1 },
            },
            token)));

    /// <summary>Imports an item that would become the user.</summary>
    private Task ImportAsync(ServiceProvider services) => MigrateAsync(services, options => options.Migrations.AddImport(
        $"{_number:00000000000000}_import",
        new ExternalTable { TableName = External, UserId = item => item["user"].S, Options = new BackfillOptions { TotalSegments = 1 } }));

    private async Task MigrateAsync(ServiceProvider services, Action<MigrationOptions> configure)
    {
        Migrations = options =>
        {
            (options.Missing, options.OutOfOrder) = (MigrationPolicy.Allow, MigrationPolicy.Allow);
            configure(options);
        };
        ServiceProvider process = Open(services == Others ? Server.Client : Client);
        await process.GetRequiredService<IMigrationRunner>().RunAsync();
    }
}
