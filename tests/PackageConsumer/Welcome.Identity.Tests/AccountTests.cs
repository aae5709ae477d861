using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.DataModel;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using UserStore.AspNetCore.Identity;
using UserStore.Testing;
using Xunit;

namespace Welcome.Identity.Tests;

/// <summary>Accounts of a service, in memory and on a local server.</summary>
public sealed class AccountTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_account_signs_in_and_has_its_roles(bool onServer)
    {
        await using LocalDynamoDb? server = onServer ? await LocalDynamoDb.StartAsync() : null;
        using AmazonDynamoDBClient? client = server?.CreateClient();
        var services = new ServiceCollection();
        services.AddLogging().AddDataProtection();
        services
            .AddIdentityCore<Account>(options => options.User.RequireUniqueEmail = true)
            .AddRoles<AccountRole>()
            .AddDefaultTokenProviders()
            .AddDynamoDbStores(options => options.TableNamePrefix = $"welcome-{Guid.NewGuid():N}-");
        if (client is null)
            services.AddInMemoryUserStore<Account>().AddInMemoryUserStore<AccountRole>();
        else
            services.AddSingleton<IAmazonDynamoDB>(client);
        await using ServiceProvider provider = services.BuildServiceProvider();
        await provider.GetRequiredService<UserStore.IUserStore<Account>>().EnsureTablesAsync();
        await provider.GetRequiredService<UserStore.IUserStore<AccountRole>>().EnsureTablesAsync();
        await using AsyncServiceScope scope = provider.CreateAsyncScope();
        var users = scope.ServiceProvider.GetRequiredService<UserManager<Account>>();
        var roles = scope.ServiceProvider.GetRequiredService<RoleManager<AccountRole>>();

        Assert.True((await roles.CreateAsync(new AccountRole { Name = "author" })).Succeeded);
        var account = new Account { UserName = "ada", Email = "ada@example.test", City = "Faketown" };
        Assert.True((await users.CreateAsync(account, "Fake-Passw0rd!")).Succeeded);
        Assert.True((await users.AddToRoleAsync(account, "author")).Succeeded);
        IdentityResult second = await users.CreateAsync(new Account { UserName = "ADA", Email = "other@example.test" });
        Assert.Equal("DuplicateUserName", Assert.Single(second.Errors).Code);

        Account found = (await users.FindByEmailAsync("Ada@Example.test"))!;
        Assert.Equal("Faketown", found.City);
        Assert.True(await users.CheckPasswordAsync(found, "Fake-Passw0rd!"));
        Assert.Equal(["author"], await users.GetRolesAsync(found));
        Assert.Equal(account.Id, Assert.Single(await users.GetUsersInRoleAsync("author")).Id);
        string token = await users.GeneratePasswordResetTokenAsync(found);
        Assert.True((await users.ResetPasswordAsync(found, token, "Other-Passw0rd!")).Succeeded);
    }
}

/// <summary>An account with a property of its own.</summary>
public class Account : DynamoDbIdentityUser
{
    [DynamoDBProperty("city")]
    public string? City { get; set; }
}

/// <summary>A role.</summary>
public class AccountRole : DynamoDbIdentityRole;
