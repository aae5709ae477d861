using System.Collections.Concurrent;

namespace UserStore.ContractTests.Suites;

/// <summary>Many tasks compete for few emails.</summary>
[Trait("Category", TestVolume.Category)]
public abstract class EmailConcurrencyContract(StoreFactory stores) : Contract(stores)
{
    private const int Tasks = 16;
    private const int Emails = 50;

    private static readonly int Attempts = TestVolume.Of(full: 2_000, usual: 150);

    [Fact]
    public async Task One_of_many_concurrent_creates_succeeds_for_each_email()
    {
        IUserStore<User> store = await CreateStoreAsync();
        var created = new ConcurrentBag<User>();
        var rejected = new ConcurrentBag<UserValueInUseException>();

        await RunAsync(async (_, attempt) =>
        {
            try
            {
                created.Add(await store.CreateAsync(new User { Email = EmailOf(attempt % Emails) }));
            }
            catch (UserValueInUseException taken)
            {
                rejected.Add(taken);
            }
        });

        (created.Count, rejected.Count).Should().Be((Emails, Attempts - Emails));
        (await store.ListAsync().ReadAllAsync()).Should().BeEquivalentTo(created);
        created.Select(user => user.Email).Should().OnlyHaveUniqueItems();
        rejected.Select(taken => taken.OwnerKey.ToString()).Should().BeSubsetOf(created.Select(user => user.UserId));
        (await CountReservationsAsync(store)).Should().Be(Emails);
    }

    [Fact]
    public async Task Concurrent_email_changes_and_deletes_leave_at_most_one_user_for_each_email()
    {
        IUserStore<User> store = await CreateStoreAsync();
        for (int i = 0; i < Emails; i++)
            await store.CreateAsync(new User { UserId = IdOf(i), Email = EmailOf(i) });
        int done = 0;

        await RunAsync(async (random, _) =>
        {
            (string id, string email) = (IdOf(random.Next(Emails)), EmailOf(random.Next(Emails)));
            try
            {
                switch (random.Next(6))
                {
                    case 0:
                        await store.DeleteAsync(id);
                        break;
                    case 1:
                        await store.CreateAsync(new User { UserId = id, Email = email });
                        break;
                    case 2:
                        await store.UpdateAsync(id, new UserPatch<User>().Remove(user => user.Email));
                        break;
                    case 3:
                        await store.UpdateAsync(await store.GetAsync(id, ReadConsistency.Strong) with { Email = email });
                        break;
                    default:
                        await store.UpdateAsync(id, new UserPatch<User>().Set(user => user.Email, email).Increment(user => user.Age, 1));
                        break;
                }

                Interlocked.Increment(ref done);
            }
            catch (UserStoreException refusal) when (refusal is UserValueInUseException or UserAlreadyExistsException
                or UserNotFoundException or UserConflictException)
            {
                // Another task won the race, as the test intends.
            }
            catch (UserWriteOutcomeUnknownException) when (LosesResponses)
            {
                // The response was lost, and the user was deleted before the retry. What must be true of the emails is checked below.
            }
        });

        done.Should().BeGreaterThan(Attempts / 10);
        List<User> users = await store.ListAsync(new UserListOptions { Consistency = ReadConsistency.Strong }).ReadAllAsync();
        string[] emails = [.. users.Select(user => user.Email).OfType<string>()];
        emails.Should().OnlyHaveUniqueItems();
        (await CountReservationsAsync(store)).Should().Be(emails.Length);
        foreach (User user in users.Where(user => user.Email is not null))
            (await store.FindByEmailAsync(user.Email!, ReadConsistency.Strong)).Should().Be(user);
    }

    private static string EmailOf(int i) => $"fake.{i}@example.test";

    private static string IdOf(int i) => $"fake-{i}";

    private static Task RunAsync(Func<Random, int, Task> attempt) => Task.WhenAll(Enumerable.Range(0, Tasks).Select(task => Task.Run(async () =>
    {
        var random = new Random(task);
        for (int i = task; i < Attempts; i += Tasks)
            await attempt(random, i);
    })));

    private async Task<int> CountReservationsAsync(IUserStore<User> store)
    {
        List<UniqueValueAuditPage> pages = await AuditOf(store).CheckAsync().ReadAllAsync();
        pages.SelectMany(page => page.Findings).Should().BeEmpty();
        return pages.Sum(page => page.Reservations);
    }
}
