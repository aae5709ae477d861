using UserStore;
using UserStore.Migrations;
using UserStore.Testing;

namespace UserService;

/// <summary>Creates fake users once: a migration is journaled, so that users who were deleted since do not return.</summary>
[Migration("00000000000003_create_sample_users", InterruptionPolicy = InterruptionPolicy.Resume)]
internal sealed class SampleUsers : Migration
{
    private const int Count = 200;
    private const int InParallel = 8;

    public override Task UpAsync(MigrationContext context, CancellationToken cancellationToken)
        => CreateAsync(context.OpenStore<User>(), cancellationToken);

    private static Task CreateAsync(IUserStore<User> users, CancellationToken cancellationToken) => Parallel.ForEachAsync(
        FakeUsers.CreateMany(Count),
        new ParallelOptions { MaxDegreeOfParallelism = InParallel, CancellationToken = cancellationToken },
        async (user, token) =>
        {
            try
            {
                await users.CreateAsync(user, token);
            }
            catch (UserAlreadyExistsException)
            {
                // An interrupted attempt created the user.
            }
        });

    /// <summary>Creates the users in memory, where migrations have no effect.</summary>
    internal sealed class InMemory(IUserStore<User> users) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => CreateAsync(users, cancellationToken);

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
