using System.Diagnostics.CodeAnalysis;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.DataModel;
using Microsoft.Extensions.DependencyInjection;

namespace UserStore.Migrations.Running;

/// <summary>Finds services through which a migration would write past the client of its context, where a dry run cannot record it.</summary>
/// <remarks>Follows the parameters of constructors, also through services that are registered by their class, but not through
/// factories.</remarks>
internal static class UnrecordedAccess
{
    private static readonly HashSet<Type> Services =
    [
        typeof(IUserStore), typeof(IUserStore<>), typeof(IUserBatchWriter<>), typeof(IUniqueValueAudit<>), typeof(IMigrationRunner),
        typeof(IServiceProvider), typeof(IServiceScopeFactory),
    ];

    /// <summary>Returns the first such service that a class takes, or null.</summary>
    public static Type? FindIn(
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] Type type, IServiceCollection services)
        => FindIn(type, services, []);

    private static Type? FindIn(
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] Type type,
        IServiceCollection services,
        HashSet<Type> seen)
    {
        foreach (Type parameter in type.GetConstructors().SelectMany(constructor => constructor.GetParameters())
            .Select(parameter => parameter.ParameterType).Where(seen.Add))
        {
            if (ReachesTables(parameter))
                return parameter;
            foreach (ServiceDescriptor service in services.Where(service => service.ServiceType == parameter && !service.IsKeyedService))
            {
                if (service.ImplementationType is { } implementation && FindIn(implementation, services, seen) is { } found)
                    return found;
            }
        }

        return null;
    }

    private static bool ReachesTables(Type type)
        => Services.Contains(type.IsGenericType ? type.GetGenericTypeDefinition() : type)
            || type.Namespace is "UserStore.DynamoDb"
            || type.IsAssignableTo(typeof(IAmazonDynamoDB))
            || type.IsAssignableTo(typeof(IDynamoDBContext))
            || type.GetElementType() is { } element && ReachesTables(element)
            || type.IsGenericType && type.GetGenericArguments().Any(ReachesTables);
}
