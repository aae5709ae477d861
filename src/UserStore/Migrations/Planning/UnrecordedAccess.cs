using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.DataModel;
using Microsoft.Extensions.DependencyInjection;
using UserStore.DynamoDb.Items;

namespace UserStore.Migrations.Planning;

/// <summary>Finds how a migration could reach tables past the client of its context, where a dry run does not see its writes.</summary>
/// <remarks>It sees what constructors ask for, also through services that are registered by their class, and what functions capture. What a
/// factory makes it does not see.</remarks>
internal static class UnrecordedAccess
{
    private static readonly HashSet<Type> Ways =
    [
        typeof(IUserStore), typeof(IUserStore<>), typeof(IUserBatchWriter<>), typeof(IUserEmailAudit<>), typeof(IMigrationRunner),
        typeof(IServiceProvider), typeof(IServiceScopeFactory),
    ];

    public static Type? InConstructors(
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] Type type, IServiceCollection services)
        => InConstructors(type, services, []);

    public static Type? InClosure(Delegate function) => function.Target is { } closure ? InFields(closure.GetType(), []) : null;

    [UnconditionalSuppressMessage(
        "Trimming", "IL2070", Justification = "The fields of a closure are used by its function, and so are not trimmed away.")]
    private static Type? InFields(Type closure, HashSet<Type> seen)
    {
        const BindingFlags All = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;
        foreach (Type field in closure.GetFields(All).Select(field => field.FieldType))
        {
            if (IsWay(field))
                return field;
            // The closure of an inner block refers to that of the outer one.
            if (field.IsDefined(typeof(CompilerGeneratedAttribute)) && seen.Add(field) && InFields(field, seen) is { } found)
                return found;
        }

        return null;
    }

    private static Type? InConstructors(
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] Type type,
        IServiceCollection services,
        HashSet<Type> seen)
    {
        foreach (Type needed in type.GetConstructors().SelectMany(constructor => constructor.GetParameters())
            .Select(parameter => parameter.ParameterType).Where(seen.Add))
        {
            if (IsWay(needed))
                return needed;
            foreach (ServiceDescriptor service in services.Where(service => service.ServiceType == needed && !service.IsKeyedService))
            {
                if (service.ImplementationType is { } implementation && InConstructors(implementation, services, seen) is { } found)
                    return found;
            }
        }

        return null;
    }

    private static bool IsWay(Type type)
        => Ways.Contains(type.IsGenericType ? type.GetGenericTypeDefinition() : type)
            || type.Namespace is "UserStore.DynamoDb"
            || type.IsAssignableTo(typeof(IAmazonDynamoDB))
            || type.IsAssignableTo(typeof(IDynamoDBContext))
            || type.GetElementType() is { } element && IsWay(element)
            || type.IsGenericType && type.GetGenericArguments().Any(IsWay);
}
