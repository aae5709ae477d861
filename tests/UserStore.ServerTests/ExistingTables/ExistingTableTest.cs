using System.Linq.Expressions;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb;

namespace UserStore.ServerTests.ExistingTables;

/// <summary>The base of tests of a store over the table of another program, which has users 1 to 3 before the store is created.</summary>
public abstract class ExistingTableTest<TUser, TProgram> : ServerTest
    where TUser : class
    where TProgram : TableProgram
{
    private TableDescription _before = null!;

    protected abstract TProgram Program { get; }

    protected DynamoDbUserStore<TUser> Store { get; private set; } = null!;

    protected DynamoDbUserBatchWriter<TUser> Writer => new(Client, Options, Stores.Time);

    protected DynamoDbUniqueValueAudit<TUser> Audit => new(Client, Options, Stores.Time);

    /// <summary>Gets the property that both sides change.</summary>
    protected abstract Expression<Func<TUser, string?>> Name { get; }

    /// <summary>Gets the unique property, the value of a user, and whether an index has the property as its key; null if there is none.</summary>
    protected virtual (Expression<Func<TUser, string?>> Property, Func<int, string> Value, bool HasIndex)? Unique => null;

    /// <summary>Gets the queries that return users 1 to 3 of the program.</summary>
    protected virtual IReadOnlyList<UserQuery<TUser>> Queries => [];

    /// <summary>Gets a value indicating whether saves compare revisions.</summary>
    protected bool HasVersion => typeof(TUser).GetProperty("Version") is not null;

    /// <summary>Gets a value indicating whether saves compare write ids as well, so that a version that occurs twice is not the same
    /// revision.</summary>
    protected bool HasRevision => typeof(TUser).GetProperty("Revision") is not null;

    /// <summary>Describes the type as far as its attributes do not.</summary>
    protected virtual void Describe(UserStoreOptions options)
    {
    }

    /// <summary>Returns a user as the program stores it.</summary>
    protected abstract TUser NewUser(int number, string name = "Fake");

    protected abstract TUser WithName(TUser user, string name);

    protected abstract UserKey Key(int number);

    /// <summary>Returns what the program reads of a user.</summary>
    protected abstract IReadOnlyDictionary<string, object> Known(TUser user);

    public override async Task InitializeAsync()
    {
        await Program.CreateTableAsync();
        for (int number = 1; number <= 3; number++)
            await Program.PutAsync(number, "Fake");
        _before = (await Client.DescribeTableAsync(Table)).Table;
        Describe(Options);
        Store = await Stores.CreateAsync<TUser>(Options);
    }

    [Fact]
    public async Task Ensuring_the_tables_leaves_the_table_as_it_is_and_adds_only_that_of_reservations()
    {
        await Store.EnsureTablesAsync();

        TableDescription after = (await Client.DescribeTableAsync(Table)).Table;
        after.Should().BeEquivalentTo(_before, options => options.Excluding(table => table.ItemCount).Excluding(table => table.TableSizeBytes));
        List<string> tables = (await Server.Client.Paginators.ListTables(new ListTablesRequest()).TableNames.ReadAllAsync())
            .Where(name => name.StartsWith(Options.TableNamePrefix, StringComparison.Ordinal)).ToList();
        tables.Should().BeEquivalentTo(Unique is null ? [Table] : [Table, ReservationsTable]);
    }

    protected Task<TUser> GetAsync(int number) => Store.GetAsync(Key(number), ReadConsistency.Strong);

    protected string? NameOf(TUser user) => Name.Compile()(user);

    protected UserPatch<TUser> Rename(string name) => new UserPatch<TUser>().Set(Name, name);

    protected Expression<Func<TUser, bool>> IsNamed(string name) => Expression.Lambda<Func<TUser, bool>>(
        Expression.Equal(Name.Body, Expression.Constant(name)), Name.Parameters);

    /// <summary>Checks that both sides read the same of a user.</summary>
    protected async Task ShouldAgreeAsync(int number, string name)
    {
        TUser user = await GetAsync(number);

        NameOf(user).Should().Be(name);
        (await Program.ReadAsync(number)).Should().BeEquivalentTo(Known(user));
    }

    protected static async Task ShouldThrowAsync<TException>(Func<Task> call, string message = "*")
        where TException : Exception
        => await call.Should().ThrowAsync<TException>().WithMessage(message);

    /// <summary>Checks the outcome of a call that requires a version: its exception, or that it is refused for a type without one.</summary>
    protected Task ShouldThrowOrNeedVersionAsync<TException>(Func<Task> call)
        where TException : Exception
        => HasVersion ? ShouldThrowAsync<TException>(call) : ShouldThrowAsync<InvalidOperationException>(call, "*[DynamoDBVersion]*");
}
