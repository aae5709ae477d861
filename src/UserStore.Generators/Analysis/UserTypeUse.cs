using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using UserStore.Generators.Modeling;

namespace UserStore.Generators.Analysis;

/// <summary>A place where a class is a type of users: the type argument of a store.</summary>
/// <param name="Type">The class.</param>
/// <param name="Place">The type argument.</param>
/// <param name="IsRegistration">Whether the store is created or registered there.</param>
internal sealed record UserTypeUse(INamedTypeSymbol Type, Location Place, bool IsRegistration)
{
    /// <summary>Returns the use of a type by a name such as <c>IUserStore&lt;Customer&gt;</c>, or null.</summary>
    public static UserTypeUse? Of(GenericNameSyntax name, SemanticModel model, CancellationToken cancellation)
    {
        bool isStore = name.Identifier.ValueText is "IUserStore" or "DynamoDbUserStore" or "InMemoryUserStore" or "AddUserStore" or "AddInMemoryUserStore";
        if (!isStore || name.TypeArgumentList.Arguments.Count != 1)
            return null;
        TypeSyntax argument = name.TypeArgumentList.Arguments[0];
        bool? isRegistration = model.GetSymbolInfo(name, cancellation).Symbol switch
        {
            INamedTypeSymbol type => type.FullName() switch
            {
                "UserStore.IUserStore" => false,
                "UserStore.DynamoDb.DynamoDbUserStore" or "UserStore.Testing.InMemoryUserStore" => true,
                _ => null,
            },
            IMethodSymbol method => method.ContainingType.FullName() is "Microsoft.Extensions.DependencyInjection.UserStoreServiceCollectionExtensions"
                or "Microsoft.Extensions.DependencyInjection.InMemoryUserStoreServiceCollectionExtensions"
                    ? true
                    : null,
            _ => null,
        };
        return isRegistration is { } registers && model.GetTypeInfo(argument, cancellation).Type is INamedTypeSymbol { TypeKind: TypeKind.Class } user
            ? new UserTypeUse(user, argument.GetLocation(), registers)
            : null;
    }
}
