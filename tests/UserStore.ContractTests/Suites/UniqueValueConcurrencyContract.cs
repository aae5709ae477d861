using System.Collections.Concurrent;
using Amazon.DynamoDBv2.DataModel;
using UserStore.TestKit.UserTypes;

namespace UserStore.ContractTests.Suites;

/// <summary>Many tasks compete for few user names and emails at once.</summary>
[Trait("Category", TestVolume.Category)]
public abstract class UniqueValueConcurrencyContract(StoreFactory stores) : Contract(stores)
{
    private const int Tasks = 16;
    private const int Values = 50;

    private static readonly int Attempts = TestVolume.Of(full: 2_000, usual: 100);

    private readonly StoreFactory _stores = stores;

    [Fact]
    public async Task Each_user_name_and_each_email_has_one_owner()
    {
        IUserStore<Citizen> store = await _stores.CreateAsync<Citizen>();

        (List<Citizen> users, _) = await RaceAsync(store, attempt => new Citizen
        {
            UserName = $"fake-{attempt % Values}",
            Email = $"fake.{attempt % Values}@example.test",
        });

        users.Select(user => user.UserName).Should().BeEquivalentTo(Enumerable.Range(0, Values).Select(value => $"fake-{value}"));
        users.Select(user => user.Email).Should().BeEquivalentTo(Enumerable.Range(0, Values).Select(value => $"fake.{value}@example.test"));
    }

    [Fact]
    public async Task A_create_that_lost_either_value_holds_neither()
    {
        IUserStore<Citizen> store = await _stores.CreateAsync<Citizen>();

        (List<Citizen> users, ConcurrentBag<Citizen> lost) = await RaceAsync(store, attempt => new Citizen
        {
            UserName = $"fake-{attempt % Values}",
            Email = $"fake.{(attempt + attempt / Values) % Values}@example.test",
        });

        users.Select(user => user.UserName).Should().OnlyHaveUniqueItems();
        users.Select(user => user.Email).Should().OnlyHaveUniqueItems();
        foreach (Citizen loser in lost)
            users.Should().Contain(user => user.UserName == loser.UserName || user.Email == loser.Email);
    }

    [Fact]
    public async Task Scopes_and_a_shared_table_change_nothing_about_it()
    {
        IUserStore<Member> store = await _stores.CreateAsync(UserKinds.Member.Describe);

        (List<Member> users, _) = await RaceAsync(store, attempt => new Member
        {
            Tenant = $"tenant-{attempt % 2}",
            Id = $"member-{attempt}",
            UserName = $"fake-{attempt % Values / 2}",
            Email = $"fake.{attempt % Values}@example.test",
        });

        users.Select(user => (user.Tenant, user.UserName)).Should().BeEquivalentTo(
            Enumerable.Range(0, Values).Select(value => ($"tenant-{value % 2}", $"fake-{value / 2}")));
        users.Select(user => user.Email).Should().OnlyHaveUniqueItems();
    }

    private async Task<(List<TUser> Users, ConcurrentBag<TUser> Lost)> RaceAsync<TUser>(IUserStore<TUser> store, Func<int, TUser> user)
        where TUser : class
    {
        var created = new ConcurrentBag<TUser>();
        var lost = new ConcurrentBag<TUser>();
        await Task.WhenAll(Enumerable.Range(0, Tasks).Select(task => Task.Run(async () =>
        {
            for (int attempt = task; attempt < Attempts; attempt += Tasks)
            {
                TUser next = user(attempt);
                try
                {
                    created.Add(await store.CreateAsync(next));
                }
                catch (UserValueInUseException)
                {
                    lost.Add(next);
                }
            }
        })));

        List<TUser> users = await store.ListAsync(new UserListOptions { Consistency = ReadConsistency.Strong }).ReadAllAsync();
        users.Should().BeEquivalentTo(created);
        (created.Count + lost.Count).Should().Be(Attempts);
        List<UniqueValueAuditPage> pages = await _stores.AuditOf(store).CheckAsync().ReadAllAsync();
        pages.SelectMany(page => page.Findings).Should().BeEmpty();
        pages.Sum(page => page.Reservations).Should().Be(2 * users.Count);
        return (users, lost);
    }

    [DynamoDBTable("Citizens")]
    [GenerateUserMapping]
    public record Citizen
    {
        [DynamoDBHashKey]
        [GeneratedKey]
        public Guid Id { get; init; }

        [Unique("user-name", Normalization = UniqueValueNormalization.CaseInsensitive)]
        public string? UserName { get; init; }

        [Unique("email", Normalization = UniqueValueNormalization.Email)]
        public string? Email { get; init; }
    }
}
