using UserStore;

namespace Welcome;

/// <summary>A small service of a package consumer, which registers users and greets them.</summary>
public sealed class WelcomeService(IUserStore users)
{
    /// <summary>Registers a user once, even if it is called repeatedly.</summary>
    public async Task<string> RegisterAsync(string name, string email, CancellationToken cancellationToken = default)
    {
        try
        {
            User user = await users.CreateAsync(new User { Name = name, Email = email, Status = UserStatus.Pending }, cancellationToken);
            return user.UserId;
        }
        catch (UserValueInUseException taken)
        {
            return taken.OwnerKey.ToString();
        }
    }

    public async Task<string> GreetAsync(string userId, CancellationToken cancellationToken = default)
    {
        UserPatch<User> visit = new UserPatch<User>().Set(user => user.Status, UserStatus.Active).Append(user => user.Tags, "greeted");
        User user = await users.UpdateAsync(userId, visit, cancellationToken);
        return $"Welcome, {user.Name}!";
    }

    public async Task<bool> IsBusyAsync(string userId, CancellationToken cancellationToken = default)
    {
        try
        {
            await users.GetAsync(userId, cancellationToken: cancellationToken);
            return false;
        }
        catch (UserStoreException failure) when (failure.IsTransient)
        {
            return true;
        }
    }
}
