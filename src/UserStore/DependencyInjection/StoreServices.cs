using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.DataModel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace UserStore.DependencyInjection;

/// <summary>Finds what the parts of one store have in common.</summary>
internal static class StoreServices
{
    public static UserStoreOptions OptionsOf<TUser>(IServiceProvider provider)
        => provider.GetRequiredService<IOptionsMonitor<UserStoreOptions>>().Get(UserStoreBuilder.NameFor(typeof(TUser)));

    public static IDynamoDBContext ContextOf<TUser>(IServiceProvider provider)
        => provider.GetRequiredKeyedService<IDynamoDBContext>(typeof(TUser));

    public static ILogger? LoggerOf(IServiceProvider provider) => provider.GetService<ILoggerFactory>()?.CreateLogger("UserStore");

    // The registered client is the service's own, or the one made for the store that was registered first.
    public static IAmazonDynamoDB ClientOf<TUser>(IServiceProvider provider)
    {
        IAmazonDynamoDB registered = provider.GetRequiredService<IAmazonDynamoDB>();
        var clients = provider.GetRequiredService<DynamoDbClients>();
        return clients.Made(registered) ? clients.Get(OptionsOf<TUser>(provider)) : registered;
    }
}
