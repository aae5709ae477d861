using System.Security.Claims;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace UserStore.AspNetCore.Identity.Tests;

/// <summary>The base of the suites: the managers of the framework on stores of a factory.</summary>
public abstract class IdentityContract(StoreFactory stores) : IAsyncLifetime
{
    protected const string Password = "Fake-Passw0rd!";

    private readonly List<AsyncServiceScope> _scopes = [];
    private ServiceProvider _provider = null!;
    private int _number;

    /// <summary>Gets the managers of one request.</summary>
    protected UserManager<Member> Users { get; private set; } = null!;

    protected RoleManager<MemberRole> Roles { get; private set; } = null!;

    /// <summary>Gets a value indicating whether emails are unique.</summary>
    protected virtual bool HasUniqueEmails => true;

    protected StoreFactory Stores => stores;

    protected IUserStore<Member> Store { get; private set; } = null!;

    protected IUserStore<MemberRole> RoleStore { get; private set; } = null!;

    public virtual async Task InitializeAsync()
    {
        Store = await stores.CreateAsync<Member>(type => _ = HasUniqueEmails
            ? type.Unique("email", user => user.NormalizedEmail)
            : type.Indexed("email", user => user.NormalizedEmail));
        RoleStore = await stores.CreateAsync<MemberRole>(describe: null);
        var services = new ServiceCollection();
        services.AddLogging().AddDataProtection();
        services
            .AddIdentityCore<Member>(options =>
            {
                options.User.RequireUniqueEmail = HasUniqueEmails;
                options.Stores.SchemaVersion = IdentitySchemaVersions.Version3;
                Configure(options);
            })
            .AddRoles<MemberRole>().AddSignInManager().AddDefaultTokenProviders().AddDynamoDbStores();
        services.AddSingleton(Store).AddSingleton(RoleStore).AddAuthentication();
        services.AddHttpContextAccessor();
        Configure(services);
        _provider = services.BuildServiceProvider(validateScopes: true);
        (Users, Roles) = (Open<UserManager<Member>>(), Open<RoleManager<MemberRole>>());
    }

    public virtual async Task DisposeAsync()
    {
        foreach (AsyncServiceScope scope in _scopes)
            await scope.DisposeAsync();
        await _provider.DisposeAsync();
        await stores.DisposeAsync();
    }

    protected virtual void Configure(IdentityOptions options)
    {
    }

    protected virtual void Configure(IServiceCollection services)
    {
    }

    /// <summary>Returns a service of a request of its own.</summary>
    protected T Open<T>()
        where T : notnull
    {
        AsyncServiceScope scope = _provider.CreateAsyncScope();
        _scopes.Add(scope);
        return scope.ServiceProvider.GetRequiredService<T>();
    }

    /// <summary>Creates a user with a name and email of its own.</summary>
    protected async Task<Member> CreateAsync(string? name = null, string? password = null)
    {
        name ??= $"fake-{Interlocked.Increment(ref _number)}";
        var user = new Member { UserName = name, Email = $"{name}@example.test" };
        ShouldSucceed(password is null ? await Users.CreateAsync(user) : await Users.CreateAsync(user, password));
        return user;
    }

    protected async Task<MemberRole> CreateRoleAsync(string name)
    {
        var role = new MemberRole { Name = name };
        ShouldSucceed(await Roles.CreateAsync(role));
        return role;
    }

    /// <summary>Reads a user in a request of its own.</summary>
    protected async Task<Member> ReadAsync(Member user) => (await Open<UserManager<Member>>().FindByIdAsync(user.Id))!;

    protected static void ShouldSucceed(IdentityResult result) => result.Errors.Select(error => $"{error.Code}: {error.Description}").Should().BeEmpty();

    protected static void ShouldFail(IdentityResult result, params string[] codes) => result.Errors.Select(error => error.Code).Should().Equal(codes);

    protected static Claim NewClaim(string value, string type = "fake-type") => new(type, value);
}
