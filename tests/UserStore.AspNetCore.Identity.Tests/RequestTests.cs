using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using UserStore.Testing;

namespace UserStore.AspNetCore.Identity.Tests;

/// <summary>The requests to DynamoDB that each operation of Identity costs, as the guide lists them.</summary>
public sealed class RequestTests : IAsyncLifetime
{
    private FaultyWire Wire { get; } = new();

    private DynamoDbStores Stores { get; }

    private ServiceProvider _provider = null!;
    private UserManager<Member> _users = null!;
    private Member _user = null!;

    public RequestTests() => Stores = new DynamoDbStores { Client = LocalServer.Shared.CreateClient(config => config.HttpClientFactory = Wire) };

    public async Task InitializeAsync()
    {
        UserStoreOptions options = Stores.NewOptions();
        var services = new ServiceCollection();
        services.AddLogging().AddDataProtection();
        services.AddSingleton<Amazon.DynamoDBv2.IAmazonDynamoDB>(Stores.Client!);
        services.AddIdentityCore<Member>(identity => identity.User.RequireUniqueEmail = true)
            .AddRoles<MemberRole>().AddSignInManager().AddDefaultTokenProviders()
            .AddDynamoDbStores(store => store.TableNamePrefix = options.TableNamePrefix);
        services.AddAuthentication();
        services.AddHttpContextAccessor();
        _provider = services.BuildServiceProvider();
        await _provider.GetRequiredService<IUserStore<Member>>().EnsureTablesAsync();
        await _provider.GetRequiredService<IUserStore<MemberRole>>().EnsureTablesAsync();
        _users = _provider.CreateScope().ServiceProvider.GetRequiredService<UserManager<Member>>();
        _user = new Member { UserName = "ada", Email = "ada@example.test" };
        (await _users.CreateAsync(_user, "Fake-Passw0rd!")).Succeeded.Should().BeTrue();
        foreach (string role in new[] { "admin", "author" })
            await Roles.CreateAsync(new MemberRole { Name = role });
    }

    public async Task DisposeAsync()
    {
        await _provider.DisposeAsync();
        await Stores.DisposeAsync();
        Stores.Client!.Dispose();
        Wire.Dispose();
    }

    private RoleManager<MemberRole> Roles => _provider.CreateScope().ServiceProvider.GetRequiredService<RoleManager<MemberRole>>();

    [Fact]
    public async Task A_sign_in_reads_the_user_once_and_writes_nothing()
    {
        var signIn = _provider.CreateScope().ServiceProvider.GetRequiredService<SignInManager<Member>>();

        await ShouldSendAsync(
            async () =>
            {
                Member found = (await signIn.UserManager.FindByNameAsync("ada"))!;
                (await signIn.CheckPasswordSignInAsync(found, "Fake-Passw0rd!", lockoutOnFailure: true)).Succeeded.Should().BeTrue();
            },
            "GetItem", "GetItem"); // the reservation of the name, and the user
    }

    [Fact]
    public async Task A_failed_sign_in_costs_one_write_more()
    {
        var signIn = _provider.CreateScope().ServiceProvider.GetRequiredService<SignInManager<Member>>();
        Member found = (await signIn.UserManager.FindByNameAsync("ada"))!;

        // The manager validates the user whenever it updates one: it looks up name and email.
        await ShouldSendAsync(
            async () => (await signIn.CheckPasswordSignInAsync(found, "wrong", lockoutOnFailure: true)).Succeeded.Should().BeFalse(),
            "UpdateItem", "GetItem", "GetItem", "GetItem", "GetItem");

        // The next one that succeeds resets the count.
        await ShouldSendAsync(
            async () => (await signIn.CheckPasswordSignInAsync(found, "Fake-Passw0rd!", lockoutOnFailure: true)).Succeeded.Should().BeTrue(),
            "GetItem", "GetItem", "GetItem", "GetItem", "UpdateItem");
    }

    [Fact]
    public async Task The_principal_of_a_user_costs_two_reads_for_each_role()
    {
        var signIn = _provider.CreateScope().ServiceProvider.GetRequiredService<SignInManager<Member>>();
        await ShouldSendAsync(() => signIn.CreateUserPrincipalAsync(_user));
        await _users.AddToRolesAsync(_user, ["admin", "author"]);

        await ShouldSendAsync(
            async () => (await signIn.CreateUserPrincipalAsync(_user)).IsInRole("author").Should().BeTrue(),
            "BatchGetItem", "GetItem", "GetItem", "GetItem", "GetItem");

        System.Security.Claims.ClaimsPrincipal principal = await signIn.CreateUserPrincipalAsync(_user);
        await ShouldSendAsync(async () => (await signIn.ValidateSecurityStampAsync(principal)).Should().NotBeNull(), "GetItem");
    }

    [Fact]
    public async Task Searches_cost_a_read_or_two()
    {
        await ShouldSendAsync(() => _users.FindByIdAsync(_user.Id), "GetItem");
        await ShouldSendAsync(() => _users.FindByNameAsync("ada"), "GetItem", "GetItem");
        await ShouldSendAsync(() => _users.FindByNameAsync("none"), "GetItem");
        await ShouldSendAsync(() => _users.FindByEmailAsync("ada@example.test"), "GetItem", "GetItem");
        await ShouldSendAsync(() => _users.FindByLoginAsync("provider", "none"), "GetItem");
        await ShouldSendAsync(() => _users.FindByPasskeyIdAsync([1, 2]), "GetItem");
        await ShouldSendAsync(() => _users.GetUsersForClaimAsync(new("type", "none")), "Query");
        await ShouldSendAsync(() => _users.GetUsersInRoleAsync("admin"), "GetItem", "GetItem", "Query");
    }

    [Fact]
    public async Task An_update_is_one_write_however_much_has_changed()
    {
        var store = _provider.CreateScope().ServiceProvider.GetRequiredService<Microsoft.AspNetCore.Identity.IUserStore<Member>>();
        var claims = (IUserClaimStore<Member>)store;
        var logins = (IUserLoginStore<Member>)store;

        _user.City = "Faketown";
        await ShouldSendAsync(() => store.UpdateAsync(_user, default), "UpdateItem");
        await ShouldSendAsync(() => store.UpdateAsync(_user, default));

        await claims.AddClaimsAsync(_user, Enumerable.Range(0, 20).Select(number => new System.Security.Claims.Claim("type", $"{number}")), default);
        for (int number = 0; number < 5; number++)
            await logins.AddLoginAsync(_user, new UserLoginInfo("provider", $"{number}", "Provider"), default);
        await ShouldSendAsync(() => store.UpdateAsync(_user, default), "TransactWriteItems");

        _user.UserName = "grace";
        _user.NormalizedUserName = "GRACE";
        await logins.RemoveLoginAsync(_user, "provider", "3", default);
        await ShouldSendAsync(() => store.UpdateAsync(_user, default), "TransactWriteItems");
        await ShouldSendAsync(() => store.DeleteAsync(_user, default), "TransactWriteItems");
    }

    [Fact]
    public async Task Roles_of_a_user_are_read_with_one_request()
    {
        await _users.AddToRolesAsync(_user, ["admin", "author"]);

        await ShouldSendAsync(async () => (await _users.GetRolesAsync(_user)).Should().Equal("admin", "author"), "BatchGetItem");
        await ShouldSendAsync(async () => (await _users.IsInRoleAsync(_user, "admin")).Should().BeTrue(), "GetItem", "GetItem");
    }

    private async Task ShouldSendAsync(Func<Task> action, params string[] operations)
    {
        Wire.Clear();
        await action();
        Wire.Operations.Should().Equal(operations);
    }
}
