using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.DataModel;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using UserStore.Testing;

namespace UserStore.AspNetCore.Identity.Tests;

/// <summary>What <c>AddDynamoDbStores</c> registers.</summary>
public sealed class RegistrationTests
{
    [Fact]
    public async Task Ids_can_be_Guids_and_a_create_gives_one()
    {
        await using ServiceProvider provider = Build(services =>
        {
            services.AddIdentityCore<GuidUser>().AddRoles<GuidRole>().AddDynamoDbStores();
            services.AddInMemoryUserStore<GuidUser>().AddInMemoryUserStore<GuidRole>();
        });
        await using AsyncServiceScope scope = provider.CreateAsyncScope();
        var users = scope.ServiceProvider.GetRequiredService<UserManager<GuidUser>>();
        var roles = scope.ServiceProvider.GetRequiredService<RoleManager<GuidRole>>();

        var user = new GuidUser { UserName = "ada" };
        (await users.CreateAsync(user)).Succeeded.Should().BeTrue();
        (await roles.CreateAsync(new GuidRole { Name = "author" })).Succeeded.Should().BeTrue();
        (await users.AddToRoleAsync(user, "author")).Succeeded.Should().BeTrue();

        user.Id.Should().NotBeEmpty();
        (await users.FindByIdAsync(user.Id.ToString()))!.Id.Should().Be(user.Id);
        (await users.FindByIdAsync("no Guid")).Should().BeNull();
        (await users.GetUsersInRoleAsync("author")).Should().ContainSingle().Which.Id.Should().Be(user.Id);
        (await users.GetRolesAsync(user)).Should().Equal("author");
    }

    [Fact]
    public void Without_roles_the_store_has_none()
    {
        using ServiceProvider provider = Build(services => services.AddIdentityCore<Member>().AddDynamoDbStores());
        using IServiceScope scope = provider.CreateScope();

        var users = scope.ServiceProvider.GetRequiredService<UserManager<Member>>();

        (users.SupportsUserRole, users.SupportsUserPasskey, users.SupportsUserClaim, users.SupportsQueryableUsers).Should().Be((false, true, true, false));
        scope.ServiceProvider.GetService<IUserStore<MemberRole>>().Should().BeNull();
    }

    [Fact]
    public async Task The_stores_can_be_added_twice()
    {
        await using ServiceProvider provider = Build(services =>
        {
            services.AddIdentityCore<Member>().AddRoles<MemberRole>().AddDynamoDbStores().AddDynamoDbStores();
            services.AddInMemoryUserStore<Member>().AddInMemoryUserStore<MemberRole>();
        });
        await using AsyncServiceScope scope = provider.CreateAsyncScope();
        var users = scope.ServiceProvider.GetRequiredService<UserManager<Member>>();

        (await users.CreateAsync(new Member { UserName = "ada", Email = "ada@example.test" })).Succeeded.Should().BeTrue();

        (await users.FindByEmailAsync("ada@example.test"))!.UserName.Should().Be("ada");
    }

    [Fact]
    public async Task Protected_properties_are_those_that_are_stored_whatever_their_accessibility()
    {
        await using ServiceProvider provider = Build(services =>
        {
            services.AddIdentityCore<Secretive>(options => options.Stores.ProtectPersonalData = true)
                .AddPersonalDataProtection<PrefixProtector, OneKey>().AddDynamoDbStores();
            services.AddInMemoryUserStore<Secretive>();
        });
        await using AsyncServiceScope scope = provider.CreateAsyncScope();
        var users = scope.ServiceProvider.GetRequiredService<UserManager<Secretive>>();
        var user = new Secretive { UserName = "ada", Hidden = "fake-secret" };

        (await users.CreateAsync(user)).Succeeded.Should().BeTrue();

        Secretive stored = (await provider.GetRequiredService<InMemoryUserStore<Secretive>>().FindAsync(user.Id))!;
        stored.Hidden.Should().EndWith("#fake-secret").And.NotBe("fake-secret");
        (await users.FindByIdAsync(user.Id))!.Hidden.Should().Be("fake-secret");
    }

    [Fact]
    public async Task An_attribute_that_the_prefix_of_the_store_leaves_free_can_be_used()
    {
        await using var stores = new DynamoDbStores();
        UserStoreOptions options = stores.NewOptions();
        options.BookkeepingPrefix = "store_";
        var store = new DynamoDbIdentityUserStore<Born, string>(await stores.CreateAsync<Born>(options), Options.Create(new IdentityOptions()));
        var user = new Born { UserName = "ada", Birth = "fake-birth" };

        (await store.CreateAsync(user, default)).Succeeded.Should().BeTrue();

        (await store.FindByIdAsync(user.Id, default))!.Birth.Should().Be("fake-birth");
    }

    [Fact]
    public void Types_that_are_not_of_this_package_are_refused()
    {
        var services = new ServiceCollection();

        Action user = () => services.AddIdentityCore<IdentityUser>().AddDynamoDbStores();
        Action role = () => services.AddIdentityCore<Member>().AddRoles<IdentityRole>().AddDynamoDbStores();
        Action mixed = () => services.AddIdentityCore<Member>().AddRoles<GuidRole>().AddDynamoDbStores();

        user.Should().Throw<InvalidOperationException>().WithMessage("*IdentityUser does not derive from DynamoDbIdentityUser*");
        role.Should().Throw<InvalidOperationException>().WithMessage("*IdentityRole does not derive from DynamoDbIdentityRole*");
        mixed.Should().Throw<InvalidOperationException>().WithMessage("*different types*");
    }

    [Fact]
    public void Ids_that_no_create_can_give_are_refused()
    {
        Action add = () => new ServiceCollection().AddIdentityCore<NumberedUser>().AddDynamoDbStores();

        add.Should().Throw<InvalidOperationException>().WithMessage("*NumberedUser are of type Int32, but must be strings or Guids.");
    }

    [Fact]
    public void Personal_data_that_cannot_be_protected_is_refused()
    {
        using ServiceProvider provider = Build(services => services
            .AddIdentityCore<Traveller>(options => options.Stores.ProtectPersonalData = true)
            .AddPersonalDataProtection<PrefixProtector, OneKey>().AddDynamoDbStores());
        using IServiceScope scope = provider.CreateScope();

        Action open = () => scope.ServiceProvider.GetRequiredService<UserManager<Traveller>>();

        open.Should().Throw<InvalidOperationException>().WithMessage("*Traveller.Places has ?ProtectedPersonalData?, but only strings*");
    }

    [Fact]
    public void A_user_type_that_cannot_be_stored_is_refused_with_its_reason()
    {
        Action add = () => new ServiceCollection().AddIdentityCore<SameName>().AddDynamoDbStores();

        add.Should().ThrowExactly<InvalidOperationException>().WithMessage("*has two unique values with the name 'login'*");
    }

    [Fact]
    public async Task The_stores_stay_in_memory_also_if_they_were_put_there_first()
    {
        await using ServiceProvider provider = Build(services =>
        {
            services.AddInMemoryUserStore<Member>();
            services.AddIdentityCore<Member>(options => options.User.RequireUniqueEmail = true).AddDynamoDbStores();
        });
        await using AsyncServiceScope scope = provider.CreateAsyncScope();
        var users = scope.ServiceProvider.GetRequiredService<UserManager<Member>>();

        (await users.CreateAsync(new Member { UserName = "ada", Email = "ada@example.test" })).Succeeded.Should().BeTrue();

        InMemoryUserStore<Member> memory = provider.GetRequiredService<InMemoryUserStore<Member>>();
        (await memory.FindByAsync(user => user.NormalizedEmail, "ADA@EXAMPLE.TEST", ReadConsistency.Strong)).Should().NotBeNull("emails are unique");
    }

    [Fact]
    public async Task Migrations_create_the_tables_of_users_and_roles()
    {
        string prefix = $"identity-{Guid.NewGuid():N}-";
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddSingleton<IAmazonDynamoDB>(LocalServer.Shared.CreateClient());
        builder.Services.AddUserStore<Member>().AddMigrations(options => options.Migrations.AddCreateTables().AddReserveUniqueValues()).RunMigrationsOnStart();
        builder.Services.AddUserStore<MemberRole>().AddMigrations(options =>
        {
            options.Migrations.AddCreateTables().AddReserveUniqueValues();
            options.JournalTable = "_migrations-roles";
            options.LockTable = "_migrations-roles-lock";
        }).RunMigrationsOnStart();
        builder.Services.AddIdentityCore<Member>().AddRoles<MemberRole>().AddDynamoDbStores(options => options.TableNamePrefix = prefix);

        using (IHost host = builder.Build())
        {
            await host.StartAsync();
            using IServiceScope scope = host.Services.CreateScope();
            var users = scope.ServiceProvider.GetRequiredService<UserManager<Member>>();
            (await users.CreateAsync(new Member { UserName = "ada", Email = "ada@example.test" })).Succeeded.Should().BeTrue();
            (await users.FindByEmailAsync("ADA@example.test"))!.UserName.Should().Be("ada");
            await host.StopAsync();
        }

        List<string> tables = (await LocalServer.Shared.Client.ListTablesAsync()).TableNames;
        tables.Where(table => table.StartsWith(prefix, StringComparison.Ordinal)).Select(table => table[prefix.Length..]).Should().Contain(
            ["IdentityUsers", "IdentityUsersReservations", "IdentityRoles", "IdentityRolesReservations"]);
        await LocalServer.Shared.DeleteTablesAsync(prefix);
    }

    private static ServiceProvider Build(Action<IServiceCollection> configure)
    {
        var services = new ServiceCollection();
        services.AddLogging().AddDataProtection();
        configure(services);
        return services.BuildServiceProvider(validateScopes: true);
    }

    public class GuidUser : DynamoDbIdentityUser<Guid>;

    public class GuidRole : DynamoDbIdentityRole<Guid>;

#pragma warning disable USA013 // what registration refuses
    public class SameName : DynamoDbIdentityUser
    {
        [Unique("login")]
        public string? Login { get; set; }
    }
#pragma warning restore USA013

    public class Secretive : DynamoDbIdentityUser
    {
        [ProtectedPersonalData]
        internal string? Hidden { get; set; }

        [ProtectedPersonalData]
        public string Initials => UserName?[..1] ?? "";
    }

    public class Born : DynamoDbIdentityUser
    {
        [DynamoDBProperty("birth_id")]
        public string? Birth { get; set; }
    }

    public class NumberedUser : DynamoDbIdentityUser<int>;

    public class Traveller : DynamoDbIdentityUser
    {
        [DynamoDBProperty("places")]
        [ProtectedPersonalData]
        public List<string>? Places { get; set; }
    }

    private sealed class PrefixProtector : ILookupProtector
    {
        public string? Protect(string keyId, string? data) => data is null ? null : $"{keyId}#{data}";

        public string? Unprotect(string keyId, string? data) => data?[(keyId.Length + 1)..];
    }

    private sealed class OneKey : ILookupProtectorKeyRing
    {
        public string CurrentKeyId => "fake-key";

        public string this[string keyId] => keyId;

        public IEnumerable<string> GetAllKeyIds() => [CurrentKeyId];
    }
}
