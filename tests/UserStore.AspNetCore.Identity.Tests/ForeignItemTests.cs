using Amazon.DynamoDBv2.Model;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace UserStore.AspNetCore.Identity.Tests;

/// <summary>Users whose items other programs have changed.</summary>
public sealed class ForeignItemTests : IAsyncLifetime
{
    private DynamoDbStores Stores { get; } = new();

    private UserStoreOptions _options = null!;
    private IUserStore<Member> _users = null!;

    public async Task InitializeAsync()
    {
        _options = Stores.NewOptions();
        _users = await Stores.CreateAsync<Member>(_options);
    }

    public async Task DisposeAsync() => await Stores.DisposeAsync();

    [Fact]
    public async Task A_user_whose_roles_are_stored_as_a_list_can_be_updated_and_deleted()
    {
        foreach (string id in new[] { "1", "2", "3" })
            await CreateAsync(id);

        Member read = (await NewStore().FindByIdAsync("1", default))!;
        read.RoleIds.Should().Equal("editor");
        read.City = "Faketown";
        (await NewStore().UpdateAsync(read, default)).Errors.Should().BeEmpty();
        Member patched = await _users.UpdateAsync("2", new UserPatch<Member>().Set(user => user.NormalizedUserName, "OTHER"));
        patched.City = "Faketown";
        (await NewStore().UpdateAsync(patched, default)).Errors.Should().BeEmpty();
        (await NewStore().DeleteAsync((await NewStore().FindByIdAsync("3", default))!, default)).Errors.Should().BeEmpty();

        (await _users.FindAllByAsync(user => user.RoleIds, "editor").Select(user => user.Id).ToListAsync()).Should().Equal("1", "2");
        (await NewStore().FindByIdAsync("3", default)).Should().BeNull();
        (await _users.FindAllByAsync(user => user.RoleIds, "author").ToListAsync()).Should().BeEmpty();
    }

    private DynamoDbIdentityUserStore<Member, string> NewStore() => new(_users, Options.Create(new IdentityOptions()));

    private async Task CreateAsync(string id)
    {
        var user = new Member { Id = id, UserName = id, NormalizedUserName = id, RoleIds = ["author"] };
        (await NewStore().CreateAsync(user, default)).Succeeded.Should().BeTrue();
        await LocalServer.Shared.Client.UpdateItemAsync(new UpdateItemRequest
        {
            TableName = $"{_options.TableNamePrefix}IdentityUsers",
            Key = new() { ["id"] = new(id) },
            UpdateExpression = "SET role_ids = :roles",
            ExpressionAttributeValues = new() { [":roles"] = new() { L = [new("editor")] } },
        });
    }
}
