using Microsoft.Extensions.DependencyInjection;
using UserStore.Replication;

namespace Functions;

/// <summary>Handles the stream of the users table: applies each change to the target table.</summary>
/// <remarks>Handler: <c>Functions::Functions.ReplicateUsers::HandleAsync</c>.</remarks>
public sealed class ReplicateUsers(UserChangeDispatcher<PlacedUser> dispatcher)
{
    public ReplicateUsers()
        : this(Services.Shared.GetRequiredService<UserChangeDispatcher<PlacedUser>>())
    {
    }

    /// <param name="input">An event of a DynamoDB stream.</param>
    /// <returns>The failed records, from which Lambda reads the stream again.</returns>
    public async Task<Stream> HandleAsync(Stream input)
    {
        UserChangeBatchResult result = await dispatcher.DispatchAsync(input);
        var output = new MemoryStream();
        await result.WriteResponseAsync(output);
        output.Position = 0;
        return output;
    }
}
