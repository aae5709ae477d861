using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.DataModel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Moq;
using UserStore.Migrations;
using UserStore.Replication;

namespace UserStore.Tests.DependencyInjection;

/// <summary>A table that two registrations use is rejected at start and when the options are first read.</summary>
public sealed class TableConflictTests
{
    private readonly ServiceCollection _services = [];

    [Fact]
    public void Two_stores_with_the_inherited_table_name_are_rejected_with_the_option_to_set()
    {
        _services.AddUserStore();
        _services.AddUserStore<Member>();
        using ServiceProvider provider = _services.BuildServiceProvider();

        Failures(provider).Should().Equal(
            "UserStoreOptions for UserStore.Tests.DependencyInjection.Member: UsersTable with the prefix is 'Users', which is also the users' table of "
                + "UserStore.User. Set UsersTable of one of them, such as 'Members'.");
        provider.Invoking(one => one.GetRequiredService<IUserStore<Member>>()).Should().Throw<OptionsValidationException>();
        provider.GetRequiredService<IUserStore>().Should().NotBeNull("the store registered first is safe without the other");
    }

    [Fact]
    public void Two_types_in_one_table_are_rejected_although_each_has_its_kind_of_items()
    {
        _services.AddUserStore<TestKit.UserTypes.Member>(options => options.Describe(TestKit.UserTypes.UserKinds.Member.Describe!));
        _services.AddUserStore<Guest>(options => options.Describe<Guest>(type => type.OnlyWhere(guest => guest.Kind == "guest")));

        Failures().Should().Contain(failure => failure.Contains("UsersTable with the prefix is 'Directory', which is also the users' table of "));
    }

    [Fact]
    public void Two_spellings_of_one_endpoint_are_one_server()
    {
        _services.AddUserStore(options => options.ServiceUrl = "http://LOCALHOST:8000");
        _services.AddUserStore<Member>(options => options.ServiceUrl = "http://localhost:8000/");

        Failures().Should().ContainSingle().Which.Should().Contain("UsersTable with the prefix is 'Users'");
    }

    [Fact]
    public void Two_stores_with_separate_tables_are_accepted()
    {
        _services.AddUserStore();
        _services.AddUserStore<Member>(options => options.UsersTable = "Members");
        _services.AddUserStore<Admin>(options => options.TableNamePrefix = "admin-");
        using ServiceProvider provider = _services.BuildServiceProvider();

        Failures(provider).Should().BeEmpty();
        provider.GetRequiredService<IUserStore>().Should().NotBeNull();
        provider.GetRequiredService<IUserStore<Member>>().Should().NotBeNull();
        provider.GetRequiredService<IUserStore<Admin>>().Should().NotBeNull();
    }

    [Fact]
    public void One_table_of_reservations_for_two_stores_is_rejected()
    {
        _services.AddUserStore<Admin>(options => (options.UsersTable, options.ReservationsTable) = ("Admins", "Emails"));
        _services.AddUserStore<Member>(options => (options.UsersTable, options.ReservationsTable) = ("Members", "Emails"));

        Failures().Should().ContainSingle().Which.Should()
            .Contain("Member: ReservationsTable with the prefix is 'Emails', which is also the reservations table of")
            .And.EndWith("Admin. Set ReservationsTable of one of them, such as 'MemberReservations'.");
    }

    [Fact]
    public void A_users_table_that_is_the_reservations_table_of_another_store_is_rejected()
    {
        _services.AddUserStore();
        _services.AddUserStore<Member>(options => options.UsersTable = "UserReservations");

        Failures().Should().ContainSingle().Which.Should()
            .Contain("UsersTable with the prefix is 'UserReservations', which is also the reservations table of UserStore.User")
            .And.EndWith("Set UsersTable or ReservationsTable, such as 'Members'.");
    }

    [Fact]
    public void Stores_that_differ_in_prefix_endpoint_or_region_can_use_the_same_names()
    {
        _services.AddUserStore();
        _services.AddUserStore<Member>(options => options.ServiceUrl = "http://localhost:1");
        _services.AddUserStore<Admin>(options => options.Region = "eu-central-1");

        Failures().Should().BeEmpty();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void With_a_client_of_the_service_all_stores_use_the_same_tables(bool registeredFirst)
    {
        if (registeredFirst)
            _services.AddSingleton(Mock.Of<IAmazonDynamoDB>());
        _services.AddUserStore();
        _services.AddUserStore<Member>(options => options.Region = "eu-central-1");
        if (!registeredFirst)
            _services.AddSingleton(Mock.Of<IAmazonDynamoDB>());

        Failures().Should().ContainSingle().Which.Should().Contain("'Users'");
    }

    [Fact]
    public void Stores_in_memory_use_no_tables()
    {
        _services.AddInMemoryUserStore<Admin>();
        _services.AddUserStore().AddMigrations(options => options.Migrations.AddCreateTables());
        _services.AddUserStore<Member>().AddMigrations(options => options.Migrations.AddCreateTables());
        _services.AddUserStore<Admin>();
        _services.AddInMemoryUserStore<Member>();

        Failures().Should().BeEmpty();
    }

    [Fact]
    public void Registering_a_store_twice_is_not_a_conflict()
    {
        _services.AddUserStore().AddMigrations(options => options.Migrations.AddCreateTables());
        _services.AddUserStore().AddMigrations(options => options.Migrations.AddReserveUniqueValues());

        Failures().Should().BeEmpty();
    }

    [Fact]
    public void One_journal_for_two_stores_is_rejected_with_the_options_to_set()
    {
        _services.AddUserStore(options => options.TableNamePrefix = "shop-").AddMigrations(options => options.Migrations.AddCreateTables());
        _services.AddUserStore<Member>(options => (options.TableNamePrefix, options.UsersTable) = ("shop-", "Members"))
            .AddMigrations(options => options.Migrations.AddCreateTables());
        using ServiceProvider provider = _services.BuildServiceProvider();

        Failures(provider).Should().Equal(
            "MigrationOptions for UserStore.Tests.DependencyInjection.Member: JournalTable with the prefix is 'shop-_migrations', which is also the "
                + "migration journal of UserStore.User. Set JournalTable of one of them, such as '_migrations-Member'.",
            "MigrationOptions for UserStore.Tests.DependencyInjection.Member: LockTable with the prefix is 'shop-_migrations-lock', which is also the "
                + "lock table of the migrations of UserStore.User. Set LockTable of one of them, such as '_migrations-Member-lock'.");
        provider.Invoking(one => one.GetRequiredKeyedService<IMigrationRunner>(typeof(Member))).Should().Throw<OptionsValidationException>();
    }

    [Fact]
    public void One_lock_table_is_rejected_even_with_separate_lock_ids()
    {
        _services.AddUserStore().AddMigrations(options => options.Migrations.AddCreateTables());
        _services.AddUserStore<Member>(options => options.UsersTable = "Members").AddMigrations(options =>
        {
            options.Migrations.AddCreateTables();
            (options.JournalTable, options.LockId) = ("_migrations-Member", "members");
        });

        Failures().Should().ContainSingle().Which.Should().Contain("LockTable with the prefix is '_migrations-lock'");
    }

    [Fact]
    public void Two_stores_with_separate_journals_are_accepted()
    {
        _services.AddUserStore().AddMigrations(options => options.Migrations.AddCreateTables());
        _services.AddUserStore<Member>(options => options.UsersTable = "Members").AddMigrations(options =>
        {
            options.Migrations.AddCreateTables();
            (options.JournalTable, options.LockTable) = ("_migrations-Member", "_migrations-Member-lock");
        });
        using ServiceProvider provider = _services.BuildServiceProvider();

        Failures(provider).Should().BeEmpty();
        provider.GetRequiredKeyedService<IMigrationRunner>(typeof(Member)).Should().NotBeNull();
    }

    [Fact]
    public void A_journal_that_is_a_table_of_the_store_is_rejected()
    {
        _services.AddUserStore().AddMigrations(options => options.JournalTable = "Users");

        Failures().Should().ContainSingle().Which.Should().Contain("JournalTable with the prefix is 'Users', which is also the users' table of UserStore.User");
    }

    [Theory]
    [InlineData("Members", null, "TargetTable with the prefix is 'Members', which is also the users' table of")]
    [InlineData("MembersReservations", null, "TargetTable with the prefix is 'MembersReservations', which is also the reservations table of")]
    [InlineData("_migrations", null, "TargetTable with the prefix is '_migrations', which is also the migration journal of")]
    [InlineData("OtherViews", null, "TargetTable with the prefix is 'OtherViews', which is also the target table of a replication of")]
    [InlineData(null, "OtherViewsGuards", "GuardTable with the prefix is 'OtherViewsGuards', which is also the guard table of a replication of")]
    public void Tables_of_a_replication_that_other_registrations_use_are_rejected(string? target, string? guards, string message)
    {
        _services.AddUserStore<Member>(options => options.UsersTable = "Members")
            .AddMigrations(options => options.Migrations.AddCreateTables())
            .AddReplication<Member, OtherView, ProjectMember>();
        _services.AddUserStore().AddReplication<User, View, ProjectUser>(
            options => (options.TargetTable, options.GuardTable) = (target, guards));

        Failures().Should().ContainSingle().Which.Should().Contain(message).And.Contain("UserReplicationOptions for UserStore.User to");
    }

    [Fact]
    public void Two_replications_of_one_store_to_one_table_are_rejected()
    {
        _services.AddUserStore().AddReplication<User, View, ProjectUser>()
            .AddReplication<User, OtherView, ProjectUserOtherwise>(options => options.TargetTable = "Views");

        Failures().Should().ContainSingle().Which.Should().Contain("TargetTable with the prefix is 'Views'");
    }

    private string[] Failures()
    {
        using ServiceProvider provider = _services.BuildServiceProvider();
        return Failures(provider);
    }

    private static string[] Failures(IServiceProvider provider)
    {
        try
        {
            provider.GetRequiredService<IStartupValidator>().Validate();
            return [];
        }
        catch (OptionsValidationException failure)
        {
            return [.. failure.Failures];
        }
    }

    public sealed record Admin : User;

    [DynamoDBTable("Views")]
    public sealed class View
    {
        [DynamoDBHashKey]
        public string Id { get; set; } = "";
    }

    [DynamoDBTable("OtherViews")]
    public sealed class OtherView
    {
        [DynamoDBHashKey]
        public string Id { get; set; } = "";
    }

    public sealed class ProjectUser : IUserProjection<User, View>
    {
        public View? Project(User user) => null;
    }

    public sealed class ProjectUserOtherwise : IUserProjection<User, OtherView>
    {
        public OtherView? Project(User user) => null;
    }

    public sealed class ProjectMember : IUserProjection<Member, OtherView>
    {
        public OtherView? Project(Member user) => null;
    }

    [DynamoDBTable("Directory")]
    public sealed record Guest([property: DynamoDBHashKey] string Id, string Kind = "guest");
}
