using System.Diagnostics.CodeAnalysis;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.DataModel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using UserStore.DynamoDb.Sending;
using UserStore.DynamoDb.Tables;
using UserStore.Modeling;

namespace UserStore.DependencyInjection;

/// <summary>Resolves the services that the parts of one store share.</summary>
internal static class StoreServices
{
    public static UserStoreOptions OptionsOf<TUser>(IServiceProvider provider)
        => provider.GetRequiredService<IOptionsMonitor<UserStoreOptions>>().Get(UserStoreOptions.NameFor(typeof(TUser)));

    public static StoreSchema SchemaOf<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(IServiceProvider provider)
        where TUser : class
    {
        UserStoreOptions options = OptionsOf<TUser>(provider);
        return new StoreSchema(UserModel.For<TUser>(options), options);
    }

    public static StoreConnection ConnectionOf<TUser>(IServiceProvider provider) => new(
        ClientOf<TUser>(provider), OptionsOf<TUser>(provider), provider.GetRequiredService<TimeProvider>(), LoggerOf(provider))
    {
        Context = () => provider.GetRequiredKeyedService<IDynamoDBContext>(typeof(TUser)),
    };

    public static ILogger LoggerOf(IServiceProvider provider)
        => provider.GetService<ILoggerFactory>()?.CreateLogger("UserStore") ?? NullLogger.Instance;

    /// <summary>Returns the client that the service registered, at whatever time, otherwise one that is created from the options.</summary>
    public static IAmazonDynamoDB ClientOf<TUser>(IServiceProvider provider)
        => provider.GetService<IAmazonDynamoDB>() ?? provider.GetRequiredService<DynamoDbClients>().Get(OptionsOf<TUser>(provider));
}
